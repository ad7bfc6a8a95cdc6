import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../../../database/transaction.ts';
import type { Enqueue } from '../../../jobs/queue.ts';
import type { Clock } from '../../../shared/clock.ts';
import { indexProductTypeJob } from '../jobs.ts';
import { requireSeen } from '../versioned.ts';
import { changeProductType, countMisfits, lockProductType } from './product-type-store.ts';
import type { AttributeDefinition, Misfits, ProductType } from './product-type.ts';
import { requireConsistentDefinitions } from './require-consistent-definitions.ts';

export interface UpdateProductType {
  readonly productTypeId: string;
  readonly ifMatch: string | undefined;
  readonly name: string | undefined;
  readonly attributes: readonly AttributeDefinition[] | undefined;
}

/**
 * Changes a type. Does NOT change products: those that no longer fit are told of, and have to fit at their next change.
 * When other attributes are facets from now on, a job brings that to the search.
 *
 * @throws Problem 404, 412, 428; 409 `product-type-invalid`
 */
export async function updateProductType(
  { tx, clock, enqueue }: { readonly tx: Transaction; readonly clock: Clock; readonly enqueue: Enqueue },
  { productTypeId, ifMatch, ...change }: UpdateProductType,
): Promise<{ readonly before: ProductType; readonly after: ProductType; readonly misfits: Misfits }> {
  const before = requireSeen(await lockProductType(tx, productTypeId), ifMatch);
  const wanted = {
    id: productTypeId,
    name: change.name ?? before.name,
    attributes: change.attributes ?? before.attributes,
  };
  requireConsistentDefinitions(wanted.attributes);
  const same = wanted.name === before.name && isDeepStrictEqual(wanted.attributes, before.attributes);
  const after = same ? before : await changeProductType(tx, wanted, clock.now());
  if (!isDeepStrictEqual(facetsOf(before), facetsOf(after))) await enqueue(tx, indexProductTypeJob, { productTypeId });
  return { before, after, misfits: await countMisfits(tx, productTypeId) };
}

function facetsOf({ attributes }: ProductType): readonly string[] {
  return attributes.filter(({ facet }) => facet).map(({ key }) => key);
}
