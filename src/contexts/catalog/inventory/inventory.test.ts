import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { statement } from '../../../database/transaction.ts';
import { newId } from '../../../shared/id.ts';
import { expireReservations } from './expire-reservations.ts';
import { createInventoryFixture } from './inventory.fixture.ts';
import type { InventoryFixture } from './inventory.fixture.ts';

let stock: InventoryFixture;
beforeAll(async () => {
  stock = await createInventoryFixture();
});
afterAll(() => stock.close());

/** A variant with so many at the first place. */
async function stocked(quantity: number, lowStockAt: number | null = null): Promise<string> {
  const variantId = await stock.createVariant(lowStockAt);
  await stock.adjust(variantId, quantity);
  return variantId;
}
const refusal = (code: string) => expect.objectContaining({ code }) as unknown;

describe('many at once', () => {
  test('sell ten units to fifty buyers ten times', async () => {
    const variant = await stocked(10);
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => stock.reserve([[variant, 1]])));
    expect(outcomes.filter(({ outcome }) => outcome === 'reserved')).toHaveLength(10);
    const refused = outcomes.filter(({ outcome }) => outcome === 'out-of-stock');
    expect(refused).toHaveLength(40);
    expect(refused[0]).toEqual({
      outcome: 'out-of-stock',
      short: [{ variantId: variant, asked: 1, available: 0 }],
    });
    expect(await stock.row(variant)).toEqual({ onHand: 10, reserved: 10 });
  });

  test('want A and B, and B and A, and none waits for another for ever', async () => {
    const [a, b] = [await stocked(60), await stocked(60)];
    let restarts = 0;
    const reserve = async (index: number): Promise<string> => {
      const lines = [a, b].map((variant): [string, number] => [variant, 1]);
      return (await stock.reserve(index % 2 === 0 ? lines : lines.toReversed())).outcome;
    };
    const deadlocks = async (): Promise<number> => {
      const text = 'select deadlocks from pg_stat_database where datname = current_database()';
      return (await stock.test.owner.query(statement<{ deadlocks: number }>('', text)))[0]?.deadlocks ?? 0;
    };
    restarts -= await deadlocks();
    const outcomes = await Promise.all(Array.from({ length: 80 }, (_, index) => reserve(index)));
    restarts += await deadlocks();
    expect(outcomes.filter((outcome) => outcome === 'reserved')).toHaveLength(60);
    expect(restarts).toBe(0);
  });

  test('cancel, pay and let expire one order, and one of them wins', async () => {
    for (let round = 0; round < 10; round += 1) {
      const variant = await stocked(5);
      const orderId = newId();
      await stock.reserve([[variant, 5]], { orderId });
      const [paid, released] = await Promise.all([
        stock.consume(orderId),
        stock.release(orderId),
        stock.lapse(orderId),
        stock.reserve([[variant, 1]]),
      ]);
      expect(paid === 'consumed' && released > 0).toBe(false);
      expect(await stock.differences()).toEqual([]);
      const { onHand, reserved } = await stock.row(variant);
      expect(onHand).toBe(paid === 'consumed' ? 0 : 5);
      expect(reserved).toBeLessThanOrEqual(1);
    }
  });
});

describe('an order', () => {
  test('gets all it wants or nothing, and is told everything that is short', async () => {
    const [a, b, c] = [await stocked(5), await stocked(1), await stock.createVariant()];
    const outcome = await stock.reserve([
      [a, 2],
      [b, 2],
      [c, 1],
    ]);
    expect(outcome).toEqual({
      outcome: 'out-of-stock',
      short: expect.arrayContaining([
        { variantId: b, asked: 2, available: 1 },
        { variantId: c, asked: 1, available: 0 },
      ]) as unknown,
    });
    expect(await stock.row(a)).toEqual({ onHand: 5, reserved: 0 });
  });

  test('with two lines of one variant wants their sum', async () => {
    const variant = await stocked(3);
    expect(
      await stock.reserve([
        [variant, 2],
        [variant, 2],
      ]),
    ).toEqual({ outcome: 'out-of-stock', short: [{ variantId: variant, asked: 4, available: 3 }] });
    expect(
      await stock.reserve([
        [variant, 2],
        [variant, 1],
      ]),
    ).toMatchObject({ outcome: 'reserved', held: [{ variantId: variant, quantity: 3 }] });
  });

  test('is served from the first place, and what lacks there from the next', async () => {
    const variant = await stocked(2);
    const [first, second] = stock.places;
    await stock.adjust(variant, 5, { place: second });
    const outcome = await stock.reserve([[variant, 4]]);
    if (outcome.outcome !== 'reserved') throw new Error('out of stock');
    expect(new Map(outcome.held.map(({ locationId, quantity }) => [locationId, quantity]))).toEqual(
      new Map([
        [first, 2],
        [second, 2],
      ]),
    );
  });

  test('that is paid takes its stock with it, once', async () => {
    const variant = await stocked(5);
    const orderId = newId();
    await stock.reserve([[variant, 2]], { orderId });
    expect([await stock.consume(orderId), await stock.consume(orderId)]).toEqual(['consumed', 'consumed']);
    expect(await stock.release(orderId)).toBe(0);
    expect(await stock.row(variant)).toEqual({ onHand: 3, reserved: 0 });
  });

  test('that is cancelled twice gives its stock back once', async () => {
    const variant = await stocked(5);
    const orderId = newId();
    await stock.reserve([[variant, 2]], { orderId });
    expect([await stock.release(orderId), await stock.release(orderId)]).toEqual([1, 0]);
    expect(await stock.consume(orderId)).toBe('lapsed');
    expect(await stock.row(variant)).toEqual({ onHand: 5, reserved: 0 });
  });

  test('whose reservation has expired has none, before anybody tidies up', async () => {
    const variant = await stocked(2);
    const orderId = newId();
    await stock.reserve([[variant, 2]], { orderId });
    await stock.lapse(orderId);
    expect(await stock.consume(orderId)).toBe('lapsed');
    expect(await stock.extend(orderId, 60)).toBe('lapsed');
    expect((await stock.reserve([[variant, 2]], { orderId })).outcome).toBe('reserved');
    expect(await stock.row(variant)).toEqual({ onHand: 2, reserved: 2 });
    expect(await stock.extend(orderId, 60)).toBe('extended');
    expect(await stock.consume(orderId)).toBe('consumed');
  });
});

describe('the database', () => {
  test.each(['reserved = on_hand + 1', 'on_hand = -1', 'reserved = -1'])('refuses %s', async (change) => {
    const variant = await stocked(1);
    const write = stock.test.database.query(
      statement('', `update catalog.stock_levels set ${change} where variant_id = $1`),
      [variant],
    );
    await expect(write).rejects.toMatchObject({ constraint: expect.stringMatching(/^stock_levels_/) as unknown });
  });

  test.each(['update catalog.stock_movements set delta = 1', 'delete from catalog.stock_movements'])(
    'keeps movements as they were: %s',
    async (text) => {
      await expect(stock.test.database.query(statement('', text))).rejects.toThrow('permission denied');
    },
  );
});

describe('stock', () => {
  test('that orders hold is taken away only with their reservations', async () => {
    const variant = await stocked(5);
    const orderId = newId();
    await stock.reserve([[variant, 4]], { orderId });
    await expect(stock.adjust(variant, -2)).rejects.toMatchObject({
      code: 'stock-reserved',
      errors: [{ pointer: '/delta', detail: `order ${orderId} holds 4` }],
    });
    await expect(stock.transfer(variant, 2)).rejects.toEqual(refusal('stock-reserved'));
    await stock.adjust(variant, -2, { releaseOrderIds: [orderId] });
    expect(await stock.row(variant)).toEqual({ onHand: 3, reserved: 0 });
    await expect(stock.adjust(variant, -4)).rejects.toEqual(refusal('stock-insufficient'));
  });

  test('that moves is at one place less and at the other more', async () => {
    const variant = await stocked(5);
    await stock.transfer(variant, 2);
    expect(await stock.row(variant)).toEqual({ onHand: 3, reserved: 0 });
    expect(await stock.reserve([[variant, 5]])).toMatchObject({ outcome: 'reserved' });
  });

  test('is said to be low once each time it falls', async () => {
    const variant = await stocked(6, 3);
    const told = (): readonly number[] =>
      stock.low.filter(({ variantId }) => variantId === variant).map(({ available }) => available);
    const orderId = newId();
    await stock.reserve([[variant, 1]]);
    expect(told()).toEqual([]);
    await stock.reserve([[variant, 2]], { orderId });
    await stock.reserve([[variant, 1]]);
    expect(told()).toEqual([3]);
    await stock.release(orderId);
    await stock.reserve([[variant, 1]]);
    expect(told()).toEqual([3, 3]);
    await stock.adjust(variant, 3);
    await stock.adjust(variant, -3);
    expect(told()).toEqual([3, 3, 3]);
  });

  test('is freed of what has expired by the job, in the end', async () => {
    const variants = [await stocked(1), await stocked(1), await stocked(1)];
    for (const variant of variants) {
      const orderId = newId();
      await stock.reserve([[variant, 1]], { orderId });
      await stock.lapse(orderId);
    }
    const signal = new AbortController().signal;
    expect(await expireReservations({ worker: stock.test.database }, { signal })).toBeGreaterThanOrEqual(3);
    for (const variant of variants) expect(await stock.row(variant)).toEqual({ onHand: 1, reserved: 0 });
    expect(await expireReservations({ worker: stock.test.database }, { signal })).toBe(0);
    expect(await stock.differences()).toEqual([]);
  });
});
