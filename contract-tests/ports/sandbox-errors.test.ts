import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createSandboxErrorTracker } from '../../adapters/error-tracker/sandbox.ts';
import { createSandboxErrors } from '../../src/contexts/platform/index.ts';
import { statement } from '../../src/database/transaction.ts';
import type { ErrorTracker } from '../../src/ports/error-tracker.ts';
import { createTestDatabase } from '../../src/testing/database.ts';
import type { TestDatabase } from '../../src/testing/database.ts';
import { somewhere, testErrorTracker } from './error-tracker.suite.ts';
import type { KeptError } from './error-tracker.suite.ts';

let database: TestDatabase;
let tracker: ErrorTracker;
let trouble: 'none' | 'fail' | 'fall-silent';

beforeEach(async () => {
  database = await createTestDatabase();
  trouble = 'none';
  const store = createSandboxErrors(database.database);
  tracker = createSandboxErrorTracker({
    keep: (reports) => {
      if (trouble === 'fail') return Promise.reject(new Error('the database is away'));
      return trouble === 'fall-silent' ? new Promise(() => undefined) : store.keep(reports);
    },
  });
});

afterEach(() => database.close());

const readErrors = statement<Omit<KeptError, 'at'> & { created: Date }>(
  'test.read_errors',
  `select name, message, fatal, operation, job, request_id as "requestId", trace_id as "traceId", user_id as "userId",
     created_at as created
   from platform.sandbox_errors order by id`,
);

async function kept(): Promise<KeptError[]> {
  const rows = await database.owner.query(readErrors);
  return rows.map(({ created, ...row }) => ({ ...row, at: created.getTime() }));
}

testErrorTracker(() => ({
  tracker,
  kept,
  fail: (how) => {
    trouble = how;
    return Promise.resolve();
  },
  close: () => database.close(),
}));

test('the latest thousand are kept', async () => {
  const store = createSandboxErrors(database.database);
  const at = (second: number): Date => new Date(Date.UTC(2026, 10, 21) + second * 1_000);
  await store.keep(Array.from({ length: 1_200 }, (_, second) => ({ ...somewhere, at: at(second) })));
  const rows = await kept();
  expect(rows).toHaveLength(1_000);
  expect(rows[0]?.at).toBe(at(200).getTime());
});
