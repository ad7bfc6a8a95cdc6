import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '../../../shared/id.ts';
import { Problem } from '../../../shared/problem.ts';
import { createInventoryFixture } from './inventory.fixture.ts';
import type { InventoryFixture } from './inventory.fixture.ts';

const WORKERS = 8;
/** In all; the whole history takes some seconds per thousand. */
const OPERATIONS = 1_000;

let stock: InventoryFixture;
beforeAll(async () => {
  stock = await createInventoryFixture();
});
afterAll(() => stock.close());

/** The same sequence for the same seed (mulberry32), so that a failure can be seen again. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

test('after any history, by many at once, stock is the sum of its movements and of what is held', async () => {
  const variants = await Promise.all(Array.from({ length: 5 }, () => stock.createVariant(2)));
  const orders = Array.from({ length: 30 }, () => newId());
  const pick = <Item>(items: readonly Item[], random: (below: number) => number): Item => {
    const item = items[random(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  };
  const act = async (random: (below: number) => number): Promise<void> => {
    const [variant, order] = [pick(variants, random), pick(orders, random)];
    switch (random(8)) {
      case 0:
        return stock.adjust(variant, 1 + random(10), { place: pick(stock.places, random) });
      case 1:
        return stock.adjust(variant, -1 - random(5), { place: pick(stock.places, random) });
      case 2:
        return stock.transfer(variant, 1 + random(3));
      case 3:
        await stock.consume(order);
        return;
      case 4:
        await stock.release(order);
        return;
      case 5:
        return stock.lapse(order);
      case 6:
        return stock.adjust(variant, -1, { releaseOrderIds: [order, pick(orders, random)] });
      default:
        await stock.release(order);
        await stock.reserve(
          [
            [variant, 1 + random(4)],
            [pick(variants, random), 1],
          ],
          { orderId: order },
        );
    }
  };
  const refusals = new Set<string>();
  const worker = async (seed: number): Promise<void> => {
    const random = chance(seed);
    for (let operation = 0; operation < OPERATIONS / WORKERS; operation += 1) {
      try {
        await act(random);
      } catch (error) {
        const code = error instanceof Problem ? error.code : (error as { constraint?: string }).constraint;
        refusals.add(code ?? String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, (_, seed) => worker(seed)));
  // Between its release and its reservation an order may have been reserved by another worker.
  const expected = ['stock-insufficient', 'stock-reserved', 'reservations_held_once'];
  expect([...refusals].filter((code) => !expected.includes(code))).toEqual([]);
  expect(await stock.differences()).toEqual([]);
}, 60_000);
