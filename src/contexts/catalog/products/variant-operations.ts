import { reply } from '../../../contract/handlers.ts';
import type { Handlers } from '../../../contract/handlers.ts';
import { etagOf } from '../../../shared/etag.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import type { CatalogDependencies } from '../dependencies.ts';
import { readOptions, readPrices, variantBody } from './bodies.ts';
import { createVariant } from './create-variant.ts';
import { deleteVariant, updateVariant } from './update-variant.ts';
import { findVariant } from './variant-store.ts';

type VariantOperation = 'createVariant' | 'getVariant' | 'updateVariant' | 'deleteVariant';

/** What is sold and kept in stock. */
export function createVariantOperations({ primary, clock }: CatalogDependencies): Handlers<VariantOperation> {
  return {
    createVariant: async ({ path, body }, { tx, id }) => {
      const { sku, options, prices, imageUrl = null, lowStockAt = null } = body;
      const content = { sku, options: readOptions(options), prices: readPrices(prices), imageUrl, lowStockAt };
      const created = await createVariant({ tx, clock }, { ...path, ...content, id: id('variant') });
      return reply('createVariant', {
        status: 201,
        headers: { Location: `/api/v1/variants/${created.id}`, ETag: etagOf(created.version) },
        body: variantBody(created),
      });
    },
    getVariant: async ({ path }) => {
      const found = await findVariant(primary, path.variantId);
      if (found === undefined) throw notFound();
      return reply('getVariant', { status: 200, headers: { ETag: etagOf(found.version) }, body: variantBody(found) });
    },
    updateVariant: async ({ path, headers, body }, { tx, auditChanges }) => {
      const { sku, options, prices, imageUrl, lowStockAt } = body;
      const change = {
        ...{ sku, imageUrl, lowStockAt },
        options: options === undefined ? undefined : readOptions(options),
        prices: prices === undefined ? undefined : readPrices(prices),
      };
      const command = { ...path, ifMatch: headers['If-Match'], change };
      const { before, after } = await updateVariant({ tx, clock }, command);
      auditChanges({
        sku: { from: before.sku, to: after.sku },
        prices: { from: variantBody(before).prices, to: variantBody(after).prices },
      });
      return reply('updateVariant', {
        status: 200,
        headers: { ETag: etagOf(after.version) },
        body: variantBody(after),
      });
    },
    deleteVariant: async ({ path, headers }, { tx }) => {
      await deleteVariant({ tx, clock }, { ...path, ifMatch: headers['If-Match'] });
      return { status: 204 };
    },
  };
}
