import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { statement } from '../../../database/transaction.ts';
import { createCatalogFixture } from '../catalog.fixture.ts';
import type { CatalogFixture } from '../catalog.fixture.ts';
import { DEEPEST } from './category.ts';

let shop: CatalogFixture;
beforeAll(async () => {
  shop = await createCatalogFixture();
});
afterAll(() => shop.close());

const move = (id: string, parentId: string | null) => shop.send('PATCH', `/api/v1/categories/${id}`, { parentId });
const refused = (code: string) => ({ status: 409, body: expect.objectContaining({ code }) as unknown });

/** Categories from which no top is reached: those in a circle, and those below one. */
async function lost(): Promise<readonly string[]> {
  const rows = await shop.portico.owner.query(
    statement<{ id: string }>(
      '',
      `with recursive tree as (
         select id from catalog.categories where parent_id is null
         union all select c.id from catalog.categories c join tree on c.parent_id = tree.id)
       select id from catalog.categories where id not in (select id from tree)`,
    ),
  );
  return rows.map(({ id }) => id);
}

/** One below the other, the top first. */
async function chain(length: number): Promise<string[]> {
  const ids: string[] = [];
  for (let level = 0; level < length; level += 1) ids.push(await shop.createCategory(ids.at(-1)));
  return ids;
}

describe('moving', () => {
  test('takes along what stands below, and never leads below itself', async () => {
    const [top = '', middle = '', low = ''] = await chain(3);
    expect(await move(top, top)).toMatchObject(refused('category-cycle'));
    expect(await move(top, low)).toMatchObject(refused('category-cycle'));
    expect((await move(middle, null)).status).toBe(200);
    expect((await move(top, low)).status).toBe(200);
    expect(await lost()).toEqual([]);
  });

  test('makes no circle when many do it at once', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => shop.createCategory()));
    for (let round = 0; round < 5; round += 1) {
      const moves = ids.flatMap((id, at) => [
        move(id, ids[(at + 1) % ids.length] ?? null),
        move(id, ids[(at + 3) % ids.length] ?? null),
      ]);
      const answers = await Promise.all(moves);
      expect([200, 409]).toEqual(expect.arrayContaining([...new Set(answers.map(({ status }) => status))]));
      expect(await lost()).toEqual([]);
    }
  });

  test('keeps the tree within its depth', async () => {
    const tall = await chain(DEEPEST);
    expect(await shop.send('POST', '/api/v1/categories', body(tall.at(-1)))).toMatchObject(
      refused('category-too-deep'),
    );
    const [pair = ''] = await chain(2);
    expect(await move(pair, tall.at(-2) ?? null)).toMatchObject(refused('category-too-deep'));
    expect((await move(pair, tall.at(-3) ?? null)).status).toBe(200);
  });

  test('wants a parent that exists', async () => {
    const [id = ''] = await chain(1);
    const madeUp = '01939c2e-b420-7e13-a054-6b2f1d0e8c43';
    expect(await move(id, madeUp)).toMatchObject(refused('category-parent-unknown'));
  });
});

function body(parentId: string | undefined): object {
  return { slug: 'one-more', parentId, names: [{ locale: 'en', name: 'One more' }] };
}

describe('a category', () => {
  test('with something in it or below it stays', async () => {
    const [top = '', low = ''] = await chain(2);
    expect(await shop.send('DELETE', `/api/v1/categories/${top}`)).toMatchObject(refused('category-in-use'));
    const product = await shop.createProduct({ categoryIds: [low] });
    expect(await shop.send('DELETE', `/api/v1/categories/${low}`)).toMatchObject(refused('category-in-use'));
    await shop.send('DELETE', `/api/v1/products/${product.id}`);
    expect((await shop.send('DELETE', `/api/v1/categories/${low}`)).status).toBe(204);
  });

  test('is read by anybody, who may keep it for a minute', async () => {
    const id = await shop.createCategory();
    const answer = await shop.portico.request('GET', `/api/v1/categories/${id}`);
    expect(answer.headers.get('cache-control')).toMatch(/^public, max-age=60/);
    const tag = answer.headers.get('etag') ?? '';
    const again = await shop.portico.request('GET', `/api/v1/categories/${id}`, { headers: { 'if-none-match': tag } });
    expect(again.status).toBe(304);
  });
});
