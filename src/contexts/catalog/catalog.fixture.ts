import { good } from '../../../contract-tests/walks/answers.ts';
import type { Schema } from '../../contract/handlers.ts';
import { startPortico } from '../../testing/portico.ts';
import type { TestPortico } from '../../testing/portico.ts';

/** What came back: of a refusal its `code`. */
export interface Answer<Body> {
  readonly status: number;
  readonly etag: string;
  readonly body: Body & { readonly code?: string; readonly errors?: readonly { detail: string }[] };
}

/** A shop on a database of its own, filled through the API by one of the staff. */
export interface CatalogFixture {
  readonly portico: TestPortico;
  /** @param headers default: `If-Match: *` */
  send<Body>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer<Body>>;
  /** @throws when the answer is not 2xx */
  post<Body>(path: string, body: unknown): Promise<Body>;
  createType(attributes?: readonly Schema<'AttributeDefinition'>[]): Promise<string>;
  /** Published, with one option, `size`. */
  createProduct(product?: Partial<Schema<'ProductCreate'>>): Promise<Schema<'Product'>>;
  createVariant(productId: string, variant?: Partial<Schema<'VariantCreate'>>): Promise<Schema<'Variant'>>;
  createCategory(parentId?: string | null): Promise<string>;
  close(): Promise<void>;
}

/** A price in euro on the web, for ever. */
export const euros = (amount: number): Schema<'VariantPrice'> => ({
  channel: 'web',
  price: { amount, currency: 'EUR' },
  validFrom: null,
  validUntil: null,
});

export async function createCatalogFixture(): Promise<CatalogFixture> {
  const portico = await startPortico();
  const token = portico.tokenFor('staff');
  let made = 0;
  const fixture: CatalogFixture = {
    portico,
    async send(method: string, path: string, body?: unknown, headers = { 'if-match': '*' }) {
      const merge = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
      const answer = await portico.request(method, path, {
        token,
        headers: { ...merge, ...headers },
        ...(body === undefined ? {} : { body }),
      });
      const text = await answer.text();
      return {
        status: answer.status,
        etag: answer.headers.get('etag') ?? '',
        body: (text === '' ? {} : JSON.parse(text)) as never,
      };
    },
    post: async (path, body) => good(await portico.request('POST', path, { token, body })),
    async createType(attributes = []) {
      const body = { code: `kind-${(made += 1)}`, name: 'Kind', attributes };
      return (await fixture.post<{ id: string }>('/api/v1/product-types', body)).id;
    },
    createProduct: async (product = {}) =>
      fixture.post('/api/v1/products', {
        slug: `product-${(made += 1)}`,
        productTypeId: product.productTypeId ?? (await fixture.createType()),
        translations: [{ locale: 'en', name: `Product ${made}`, description: '' }],
        attributes: [],
        options: [{ key: 'size', label: 'Size', values: ['s', 'm', 'l'] }],
        categoryIds: [],
        images: [],
        taxClass: 'standard',
        publishedFrom: '2026-01-01T00:00:00.000Z',
        ...product,
      }),
    createVariant: (productId, variant = {}) =>
      fixture.post(`/api/v1/products/${productId}/variants`, {
        sku: `SKU-${(made += 1)}`,
        options: [{ key: 'size', value: 'm' }],
        prices: [euros(4900)],
        ...variant,
      }),
    async createCategory(parentId = null) {
      const body = { slug: `category-${(made += 1)}`, parentId, names: [{ locale: 'en', name: 'Category' }] };
      return (await fixture.post<{ id: string }>('/api/v1/categories', body)).id;
    },
    close: () => portico.close(),
  };
  return fixture;
}
