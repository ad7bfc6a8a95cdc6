import { expect, test } from '@jest/globals';
import { createBulkhead } from './bulkhead.ts';

const patient = new AbortController().signal;

test('lets so many in, lets so many wait in their order, refuses the rest', async () => {
  const bulkhead = createBulkhead(2, 2);
  const first = await bulkhead.enter(patient);
  await bulkhead.enter(patient);
  expect(bulkhead.free).toBe(0);
  const order: string[] = [];
  const third = bulkhead.enter(patient).then((leave) => (order.push('third'), leave));
  const fourth = bulkhead.enter(patient).then((leave) => (order.push('fourth'), leave));
  expect(await bulkhead.enter(patient)).toBeUndefined();
  first?.();
  (await third)?.();
  (await fourth)?.();
  expect(order).toEqual(['third', 'fourth']);
  expect(bulkhead.free).toBe(1);
});

test('a place is given back once, however often its holder leaves', async () => {
  const bulkhead = createBulkhead(1, 0);
  const leave = await bulkhead.enter(patient);
  leave?.();
  leave?.();
  expect(bulkhead.free).toBe(1);
});

test('whoever gives up waiting leaves the queue', async () => {
  const bulkhead = createBulkhead(1, 1);
  const leave = await bulkhead.enter(patient);
  const giveUp = new AbortController();
  const waiting = bulkhead.enter(giveUp.signal);
  giveUp.abort();
  expect(await waiting).toBeUndefined();
  const next = bulkhead.enter(patient);
  leave?.();
  expect(await next).toBeDefined();
  expect(await bulkhead.enter(AbortSignal.abort())).toBeUndefined();
});
