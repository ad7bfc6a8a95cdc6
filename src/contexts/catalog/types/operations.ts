import { reply } from '../../../contract/handlers.ts';
import type { Handlers, Schema } from '../../../contract/handlers.ts';
import { etagOf } from '../../../shared/etag.ts';
import type { CatalogDependencies } from '../dependencies.ts';
import { createProductType } from './create-product-type.ts';
import { getProductType, listProductTypes } from './list-product-types.ts';
import type { ProductType } from './product-type.ts';
import { updateProductType } from './update-product-type.ts';

type TypeOperation = 'listProductTypes' | 'createProductType' | 'getProductType' | 'updateProductType';

/** Kinds of products. */
export function createTypeOperations(dependencies: CatalogDependencies): Handlers<TypeOperation> {
  const { clock, enqueue } = dependencies;
  return {
    listProductTypes: async ({ query }) => {
      const page = await listProductTypes(dependencies, { limit: query.limit, cursor: query.cursor });
      return reply('listProductTypes', { status: 200, body: { ...page, items: page.items.map(typeBody) } });
    },
    createProductType: async ({ body }, { tx, id }) => {
      const created = await createProductType({ tx, clock }, { ...body, id: id('product type') });
      const headers = { Location: `/api/v1/product-types/${created.id}`, ETag: etagOf(created.version) };
      return reply('createProductType', { status: 201, headers, body: typeBody(created) });
    },
    getProductType: async ({ path }) => {
      const found = await getProductType(dependencies, path);
      return reply('getProductType', { status: 200, headers: { ETag: etagOf(found.version) }, body: typeBody(found) });
    },
    updateProductType: async ({ path, headers, body }, { tx, auditChanges }) => {
      const change = { ...path, ifMatch: headers['If-Match'], name: body.name, attributes: body.attributes };
      const { before, after, misfits } = await updateProductType({ tx, clock, enqueue }, change);
      auditChanges({
        name: { from: before.name, to: after.name },
        attributes: { from: keysOf(before), to: keysOf(after) },
        misfits: { from: null, to: misfits.count },
      });
      return reply('updateProductType', {
        status: 200,
        headers: { ETag: etagOf(after.version) },
        body: { productType: typeBody(after), misfits: { ...misfits, productIds: [...misfits.productIds] } },
      });
    },
  };
}

function keysOf({ attributes }: ProductType): string {
  return attributes.map(({ key }) => key).join(' ');
}

function typeBody({ id, code, name, attributes, createdAt, updatedAt }: ProductType): Schema<'ProductType'> {
  return {
    ...{ id, code, name, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() },
    attributes: attributes.map(({ choices, ...definition }) => ({
      ...definition,
      ...(choices === undefined ? {} : { choices: [...choices] }),
    })),
  };
}
