import { reply } from '../../../contract/handlers.ts';
import type { Handlers, Schema } from '../../../contract/handlers.ts';
import { etagOf } from '../../../shared/etag.ts';
import type { CatalogDependencies } from '../dependencies.ts';
import { PUBLIC_MINUTE } from '../public-caching.ts';
import type { Category } from './category.ts';
import { createCategory } from './create-category.ts';
import { deleteCategory } from './delete-category.ts';
import { getCategory, listCategories } from './list-categories.ts';
import { updateCategory } from './update-category.ts';

type CategoryOperation = 'listCategories' | 'createCategory' | 'getCategory' | 'updateCategory' | 'deleteCategory';

/** The tree that products stand in. */
export function createCategoryOperations(dependencies: CatalogDependencies): Handlers<CategoryOperation> {
  const { clock } = dependencies;
  return {
    listCategories: async ({ query }) => {
      const page = await listCategories(dependencies, { limit: query.limit, cursor: query.cursor });
      return reply('listCategories', {
        status: 200,
        headers: { 'Cache-Control': PUBLIC_MINUTE },
        body: { ...page, items: page.items.map(categoryBody) },
      });
    },
    createCategory: async ({ body }, { tx, id }) => {
      const { slug, parentId, names, position = 0 } = body;
      const created = await createCategory({ tx, clock }, { id: id('category'), slug, parentId, names, position });
      const headers = { Location: `/api/v1/categories/${created.id}`, ETag: etagOf(created.version) };
      return reply('createCategory', { status: 201, headers, body: categoryBody(created) });
    },
    getCategory: async ({ path }) => {
      const found = await getCategory(dependencies, path);
      const headers = { ETag: etagOf(found.version), 'Cache-Control': PUBLIC_MINUTE };
      return reply('getCategory', { status: 200, headers, body: categoryBody(found) });
    },
    updateCategory: async ({ path, headers, body }, { tx, auditChanges }) => {
      const { slug, parentId, names, position } = body;
      const change = { ...path, ifMatch: headers['If-Match'], slug, parentId, names, position };
      const { before, after } = await updateCategory(tx, change);
      auditChanges({
        slug: { from: before.slug, to: after.slug },
        parentId: { from: before.parentId, to: after.parentId },
      });
      return reply('updateCategory', {
        status: 200,
        headers: { ETag: etagOf(after.version) },
        body: categoryBody(after),
      });
    },
    deleteCategory: async ({ path, headers }, { tx }) => {
      await deleteCategory(tx, { ...path, ifMatch: headers['If-Match'] });
      return { status: 204 };
    },
  };
}

function categoryBody({ id, slug, parentId, names, position, createdAt }: Category): Schema<'Category'> {
  return { id, slug, parentId, names: [...names], position, createdAt: createdAt.toISOString() };
}
