import { describe, expect, test } from '@jest/globals';
import type { Queryable, Statement } from '../../database/transaction.ts';
import { until } from '../../testing/until.ts';
import { HELD_MILLISECONDS } from './provider.ts';
import { createTokenSupply } from './token-supply.ts';

const bucket = { key: 'sms:fake:bulk', capacity: 1_000, perSecond: 1_000 };

/** A bucket that grants what `grants` says, and how much was asked of it each time. */
function fakeBucket(grants: (count: number) => { taken: boolean; wait: number } = () => ({ taken: true, wait: 0 })) {
  const asked: number[] = [];
  const database: Queryable = {
    query: <Row>(_: Statement<Row>, values: readonly unknown[] = []) => {
      const count = Number(values[3]);
      asked.push(count);
      return Promise.resolve([grants(count) as Row]);
    },
  };
  return { asked, database };
}

describe('a supply of tokens', () => {
  test('takes exactly as many as there are calls, and the next before the last are spent', async () => {
    const { asked, database } = fakeBucket();
    const supply = createTokenSupply(database, bucket, 60);
    expect(await supply.take(10)).toEqual({ calls: 10, wait: 0 });
    expect(asked).toEqual([25]);
    expect(await supply.take(10)).toEqual({ calls: 10, wait: 0 });
    await until(() => asked.length === 2);
    let left = 40;
    while (left > 0) left -= (await supply.take(left)).calls;
    expect(asked).toEqual([25, 25, 10]);
  });

  test('never asks for more at once than the bucket holds', async () => {
    const { asked, database } = fakeBucket();
    const supply = createTokenSupply(database, { ...bucket, capacity: 3 }, 5);
    expect(await supply.take(5)).toEqual({ calls: 3, wait: 0 });
    expect(await supply.take(2)).toEqual({ calls: 2, wait: 0 });
    expect(asked).toEqual([3, 2]);
  });

  test('forgets tokens that were held too long, also those taken ahead', async () => {
    const { asked, database } = fakeBucket();
    let time = 0;
    const supply = createTokenSupply(database, bucket, 100, () => time);
    expect(await supply.take(20)).toEqual({ calls: 20, wait: 0 });
    await until(() => asked.length === 2);
    time += HELD_MILLISECONDS + 1;
    expect(await supply.take(25)).toEqual({ calls: 25, wait: 0 });
    // The third because of the forgotten ones; the fourth is ahead again.
    expect(asked).toEqual([25, 25, 25, 25]);
  });

  test('stands through a short wait and passes a long one on', async () => {
    const answers = [
      { taken: false, wait: 1 },
      { taken: true, wait: 0 },
      { taken: false, wait: 60_000 },
    ];
    const { asked, database } = fakeBucket(() => answers.shift() ?? { taken: true, wait: 0 });
    const supply = createTokenSupply(database, { ...bucket, capacity: 1 }, 3);
    expect(await supply.take(3)).toEqual({ calls: 1, wait: 0 });
    expect(await supply.take(2)).toEqual({ calls: 2, wait: 60_000 });
    expect(asked).toHaveLength(3);
  });

  test('hears of a database that went away while it worked ahead', async () => {
    let calls = 0;
    const database: Queryable = {
      query: <Row>() => {
        calls += 1;
        return calls === 1 ? Promise.resolve([{ taken: true, wait: 0 } as Row]) : Promise.reject(new Error('gone'));
      },
    };
    const supply = createTokenSupply(database, bucket, 50);
    expect(await supply.take(25)).toEqual({ calls: 25, wait: 0 });
    await expect(supply.take(1)).rejects.toThrow('gone');
  });
});
