import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { describeSchema } from './describe-schema.ts';
import { migrationsFolder } from './migration-files.ts';

describe('The description of the schema', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.close());

  it('is what the migrations make; if not, run "npm run schema" and read the difference', async () => {
    expect(await describeSchema(test.owner)).toBe(readFileSync(path.join(migrationsFolder, 'schema.txt'), 'utf8'));
  });

  it.each([
    ['a column', 'alter table platform.dead_letters add column extra text'],
    ['a default', 'alter table platform.dead_letters alter column reason set default 7'],
    ['a constraint', 'alter table platform.dead_letters add check (attempts < 100)'],
    ['an index', 'create index on platform.dead_letters (task)'],
    ['a right', 'grant delete on platform.dead_letters to portico_app'],
    ['a right on a column', 'grant update (reason) on platform.dead_letters to public'],
    ['a right on a function', 'grant execute on function platform.enqueue_job to public'],
    ['a schema', 'create schema anything'],
    ['a type', "create type platform.state as enum ('one')"],
    ['a view', 'create view platform.letters as select id from platform.dead_letters'],
    ['a storage setting', 'alter table platform.dead_letters set (fillfactor = 50)'],
    ['a trigger', 'alter table rewards.ledger_entries disable trigger all'],
  ])('shows %s', async (_name, change) => {
    const before = await describeSchema(test.owner);
    await test.owner
      .transaction(async (tx) => {
        await tx.client.query(change);
        expect(await describeSchema(tx)).not.toBe(before);
        throw new Error('undo');
      })
      .catch((error: unknown) => {
        if (!(error instanceof Error && error.message === 'undo')) throw error;
      });
    expect(await describeSchema(test.owner)).toBe(before);
  });
});
