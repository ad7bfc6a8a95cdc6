import { describe, expect, test } from '@jest/globals';
import { createFlight } from './flight.ts';

describe('a flight', () => {
  test('holds so many calls at once, and a slow one holds one place only', async () => {
    const recorded: number[] = [];
    const flight = createFlight<number>(3, (answers) => {
      recorded.push(...answers);
      return Promise.resolve();
    });
    const slow = Promise.withResolvers<number>();
    flight.add(slow.promise);
    for (let call = 1; call <= 10; call += 1) {
      expect(await flight.room(2)).toBeGreaterThanOrEqual(2);
      flight.add(Promise.resolve(call));
    }
    expect(await flight.room(2)).toBe(2);
    while (recorded.length < 10) await new Promise(setImmediate);
    expect(recorded).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(flight.empty).toBe(false);
    slow.resolve(0);
    await flight.landed();
    expect(recorded).toHaveLength(11);
    expect(flight.empty).toBe(true);
  });

  test('records together what comes together, also while a record is being written', async () => {
    const sizes: number[] = [];
    const writing = Promise.withResolvers<undefined>();
    const flight = createFlight<number>(100, async (answers) => {
      sizes.push(answers.length);
      if (sizes.length === 1) await writing.promise;
    });
    for (let call = 0; call < 40; call += 1) flight.add(Promise.resolve(call));
    while (sizes.length === 0) await new Promise(setImmediate);
    for (let call = 0; call < 50; call += 1) flight.add(Promise.resolve(call));
    writing.resolve(undefined);
    await flight.landed();
    expect(sizes).toEqual([40, 50]);
  });

  test('lets calls go on while answers are recorded, but not for ever', async () => {
    const writing = Promise.withResolvers<undefined>();
    const flight = createFlight<number>(2, () => writing.promise.then(() => undefined));
    for (let call = 0; call < 6; call += 1) {
      await flight.room(1);
      flight.add(Promise.resolve(call));
    }
    let more = false;
    const waiting = flight.room(1).then(() => (more = true));
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
    expect(more).toBe(false);
    writing.resolve(undefined);
    await waiting;
    await flight.landed();
  });

  test('asks for no more room than there is at all', async () => {
    const flight = createFlight<number>(5, () => Promise.resolve());
    expect(await flight.room(50)).toBe(5);
  });

  test('fails whoever waits when a record fails, and records nothing more', async () => {
    let records = 0;
    const flight = createFlight<number>(2, () => {
      records += 1;
      return Promise.reject(new Error('the database is away'));
    });
    flight.add(Promise.resolve(1));
    flight.add(new Promise(() => undefined));
    await expect(flight.room(2)).rejects.toThrow('the database is away');
    await expect(flight.landed()).rejects.toThrow('the database is away');
    flight.add(Promise.resolve(3));
    await new Promise(setImmediate);
    expect(records).toBe(1);
  });
});
