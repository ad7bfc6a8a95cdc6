import { reply } from '../../../contract/handlers.ts';
import type { Handlers } from '../../../contract/handlers.ts';
import { etagOf } from '../../../shared/etag.ts';
import type { CatalogDependencies } from '../dependencies.ts';
import { productBody, readAttributes, readMoment, summaryBody } from './bodies.ts';
import { createProduct } from './create-product.ts';
import { deleteProduct } from './delete-product.ts';
import { getProduct, listProducts } from './list-products.ts';
import { updateProduct } from './update-product.ts';
import { listVariants } from './variant-store.ts';

type ProductOperation = 'listProducts' | 'createProduct' | 'getProduct' | 'updateProduct' | 'deleteProduct';

/** What is sold. */
export function createProductOperations(dependencies: CatalogDependencies): Handlers<ProductOperation> {
  const { clock } = dependencies;
  return {
    listProducts: async ({ query }) => {
      const { state, productTypeId, limit, cursor } = query;
      const page = await listProducts(dependencies, { state, productTypeId, limit, cursor });
      const items = page.items.map((summary) => summaryBody(summary, clock.now()));
      return reply('listProducts', { status: 200, body: { ...page, items } });
    },
    createProduct: async ({ body }, { tx, id }) => {
      const { attributes, publishedFrom = null, publishedUntil = null, ...content } = body;
      const created = await createProduct(
        { tx, clock },
        {
          ...content,
          id: id('product'),
          attributes: readAttributes(attributes),
          publishedFrom: readMoment(publishedFrom),
          publishedUntil: readMoment(publishedUntil),
        },
      );
      return reply('createProduct', {
        status: 201,
        headers: { Location: `/api/v1/products/${created.id}`, ETag: etagOf(created.version) },
        body: productBody(created, [], clock.now()),
      });
    },
    getProduct: async ({ path }) => {
      const { product, variants } = await getProduct(dependencies, path);
      return reply('getProduct', {
        status: 200,
        headers: { ETag: etagOf(product.version) },
        body: productBody(product, variants, clock.now()),
      });
    },
    updateProduct: async ({ path, headers, body }, { tx, auditChanges }) => {
      const { slug, translations, attributes, options, categoryIds, images, taxClass } = body;
      const { publishedFrom, publishedUntil } = body;
      const change = {
        ...{ slug, translations, options, categoryIds, images, taxClass },
        attributes: attributes === undefined ? undefined : readAttributes(attributes),
        publishedFrom: publishedFrom === undefined ? undefined : readMoment(publishedFrom),
        publishedUntil: publishedUntil === undefined ? undefined : readMoment(publishedUntil),
      };
      const command = { ...path, ifMatch: headers['If-Match'], change };
      const { before, after } = await updateProduct({ tx, clock }, command);
      auditChanges({
        slug: { from: before.slug, to: after.slug },
        publishedFrom: { from: before.publishedFrom, to: after.publishedFrom },
        publishedUntil: { from: before.publishedUntil, to: after.publishedUntil },
      });
      return reply('updateProduct', {
        status: 200,
        headers: { ETag: etagOf(after.version) },
        body: productBody(after, await listVariants(tx, after.id), clock.now()),
      });
    },
    deleteProduct: async ({ path, headers }, { tx }) => {
      await deleteProduct(tx, { ...path, ifMatch: headers['If-Match'] });
      return { status: 204 };
    },
  };
}
