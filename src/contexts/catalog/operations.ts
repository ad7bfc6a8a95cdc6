import type { ContextHandlers } from '../../contract/handlers.ts';
import { createCategoryOperations } from './categories/operations.ts';
import type { CatalogDependencies } from './dependencies.ts';
import { createImportOperations } from './imports/operations.ts';
import { createInventoryOperations } from './inventory/operations.ts';
import { createProductOperations } from './products/operations.ts';
import { createVariantOperations } from './products/variant-operations.ts';
import { createSearchOperations } from './search/operations.ts';
import { createTypeOperations } from './types/operations.ts';

export function createCatalogOperations(dependencies: CatalogDependencies) {
  return {
    ...createTypeOperations(dependencies),
    ...createProductOperations(dependencies),
    ...createVariantOperations(dependencies),
    ...createCategoryOperations(dependencies),
    ...createInventoryOperations(dependencies),
    ...createSearchOperations(dependencies),
    ...createImportOperations(dependencies),
  } satisfies ContextHandlers<'catalog'>;
}
