import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { recordDeadLetters, redriveDeadLetters } from '../jobs/dead-letters.ts';
import { enqueue } from '../jobs/enqueue.ts';
import { startPortico } from '../testing/portico.ts';
import type { TestPortico } from '../testing/portico.ts';
import { until } from '../testing/until.ts';

let portico: TestPortico;

beforeAll(async () => {
  portico = await startPortico();
});

afterAll(() => portico.close());

async function read(): Promise<string> {
  const answer = await portico.request('GET', '/metrics');
  expect(answer.status).toBe(200);
  return answer.text();
}

/** The value of a series; null when there is none. */
async function valueOf(series: string): Promise<number | null> {
  const line = (await read()).split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? null : Number(line.slice(series.length));
}

const document = (name: string) => readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

async function exportedMetrics(): Promise<Set<string>> {
  return new Set([...(await read()).matchAll(/^# TYPE (portico_\S+)/gm)].map(([, name = '']) => name));
}

describe('metrics in documents', () => {
  test('every metric that an alert looks at is exported', async () => {
    const named = new Set((await document('alerts.yaml')).match(/portico_[a-z_]+/g));
    expect(named.size).toBeGreaterThan(3);
    const exported = await exportedMetrics();
    expect([...named].filter((name) => !exported.has(name.replace(/_(?:bucket|count|sum)$/, '')))).toEqual([]);
  });

  test('docs/operations.md has a row for every metric, with its labels, and for no other', async () => {
    const rows = [...(await document('operations.md')).matchAll(/^\| `(portico_[a-z_]+)` +\| ([^|]*)\|/gm)];
    expect(rows.map(([, name]) => name).sort()).toEqual([...(await exportedMetrics())].sort());
    const text = await read();
    for (const [, name = '', labels = ''] of rows) {
      const series = new RegExp(`^${name}(?:_count)?(?:\\{(.*)\\})? `, 'm').exec(text);
      if (series === null) continue;
      const found = [...(series[1] ?? '').matchAll(/(\w+)="/g)].map(([, label]) => label);
      expect({ name, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label) }).toEqual({
        name,
        labels: found,
      });
    }
  });
});

describe('what waits in the database', () => {
  const waiting = (task: string, lane: string) => `portico_job_oldest_ready_seconds{lane="${lane}",task="${task}"}`;
  const letters = 'portico_dead_letters_open{task="creditBonusImport"}';

  test('is the age of the oldest job that could run, by task', async () => {
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    expect(await valueOf(waiting('creditBonusImport', 'default'))).toBe(0);
    await portico.database.transaction(async (tx) => {
      for (const minutes of [1, 10, 5]) {
        await enqueue(tx, { name: 'creditBonusImport' }, {}, { runAt: minutesAgo(minutes) });
      }
      await enqueue(tx, { name: 'sendOneTimeCodes' }, {}, { runAt: minutesAgo(-5) });
    });
    const age = await valueOf(waiting('creditBonusImport', 'default'));
    expect(age).toBeGreaterThanOrEqual(600);
    expect(age).toBeLessThan(700);
    expect(await valueOf(waiting('sendOneTimeCodes', 'otp'))).toBe(0);
  });

  test('is the number of dead letters nobody has redriven', async () => {
    expect(await valueOf(letters)).toBe(0);
    const failure = { task: 'creditBonusImport', reason: 'broken', payload: {}, attempts: 8 };
    await recordDeadLetters(portico.database, [
      { ...failure, ref: 'one' },
      { ...failure, ref: 'two' },
    ]);
    expect(await valueOf(letters)).toBe(2);
    const all = { ids: null, task: 'creditBonusImport', reason: null, by: null, limit: 10 };
    await portico.database.transaction((tx) => redriveDeadLetters(tx, all));
    expect(await valueOf(letters)).toBe(0);
  });

  test('is left out while the database does not answer, and nothing else is', async () => {
    await portico.owner.transaction(async (tx) => {
      await tx.models.raw('lock table graphile_worker._private_jobs in access exclusive mode');
      const text = await read();
      expect(text).not.toContain('portico_job_oldest_ready_seconds{');
      expect(text).toContain(`${letters} 0`);
      expect(text).toContain('portico_circuit_open{vendor="sms:sandbox"} 0');
      expect(text).toContain('portico_vendor_call_duration_seconds_count{vendor="email:sandbox",outcome="unknown"} 0');
    });
    await until(async () => (await valueOf(waiting('creditBonusImport', 'default'))) !== null);
  });
});
