import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Handlers, Schema } from '../contract/handlers.ts';
import { statement } from '../database/transaction.ts';
import { platformProblems } from '../shared/platform-problems.ts';
import { Problem } from '../shared/problem.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { startTestHttp } from '../testing/http-server.ts';
import type { TestHttp } from '../testing/http-server.ts';
import { testKeyRing } from '../testing/key-ring.ts';
import { purgeIdempotencyKeys } from './purge-idempotency-keys.ts';

type Handler = Handlers['createBonusCampaign'];

let database: TestDatabase;
let server: TestHttp;
let token: string;
/** What the handler does after its effect; each test decides. */
let afterEffect: () => Promise<void>;

const insertEffect = statement('test.insert_effect', 'insert into public.effects (id, name) values ($1, $2)');
const listEffects = statement<{ id: string; name: string }>('test.list_effects', 'select id, name from public.effects');
const path = '/api/v1/bonus-campaigns';

const handler: Handler = async ({ body }, caller) => {
  const id = caller.id('campaign');
  await caller.tx.query(insertEffect, [id, body.name]);
  await afterEffect();
  return { status: 201, headers: { Location: `${path}/${id}` }, body: campaign(id, body.name) };
};

function campaign(id: string, name: string): Schema<'BonusCampaign'> {
  return {
    id,
    name,
    coins: 5,
    periodPolicy: 'once',
    windowSeconds: 300,
    currentWindowStart: '2026-11-21T10:15:00Z',
    messageTemplate: 'hello',
    defaultRegion: 'IR',
    coinsGranted: 0,
    createdAt: '2026-11-21T10:12:30.123456Z',
  };
}

const order = (name = 'gift') => ({
  name,
  coins: 5,
  periodPolicy: 'once',
  messageTemplate: 'hello',
  defaultRegion: 'IR',
});

beforeAll(async () => {
  database = await createTestDatabase();
  await database.owner.query(statement('', 'create table public.effects (id uuid primary key, name text)'));
  await database.owner.query(statement('', 'grant all on public.effects to portico_app'));
  server = await startTestHttp(database.database, { createBonusCampaign: handler });
  token = server.token(['campaigns:write']);
});

afterAll(async () => {
  await server.close();
  await database.close();
});

beforeEach(async () => {
  afterEffect = async () => {};
  await database.owner.query(statement('', 'truncate public.effects, platform.idempotency_keys'));
});

interface Sent {
  readonly status: number;
  readonly replayed: string | null;
  readonly retryAfter: string | null;
  readonly location: string | null;
  readonly text: string;
  readonly code: string | undefined;
}

async function send(key: string | null, body: unknown = order(), as = token, at = server): Promise<Sent> {
  const headers: Record<string, string> = key === null ? {} : { 'idempotency-key': key };
  const answer = await at.request('POST', path, { token: as, headers, body });
  const text = await answer.text();
  return {
    status: answer.status,
    replayed: answer.headers.get('idempotent-replayed'),
    retryAfter: answer.headers.get('retry-after'),
    location: answer.headers.get('location'),
    text,
    code: (JSON.parse(text) as { code?: string }).code,
  };
}

const effects = () => database.owner.query(listEffects);

test('50 parallel requests with one key have one effect', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => send('one')));
  expect(await effects()).toHaveLength(1);
  const fresh = answers.filter(({ status, replayed }) => status === 201 && replayed === null);
  expect(fresh).toHaveLength(1);
  for (const answer of answers) {
    if (answer.status === 409) {
      expect(answer).toMatchObject({ code: 'idempotency-key-in-use', retryAfter: '1' });
    } else {
      expect({ ...answer, replayed: null }).toEqual(fresh[0]);
    }
  }
});

test('a key in use is refused at once, not after the first request', async () => {
  const gate = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  afterEffect = () => {
    entered.resolve();
    return gate.promise;
  };
  const first = send('slow');
  await entered.promise;
  expect(await send('slow')).toMatchObject({ status: 409, code: 'idempotency-key-in-use', retryAfter: '1' });
  gate.resolve();
  expect(await first).toMatchObject({ status: 201, replayed: null });
  expect(await send('slow')).toMatchObject({ status: 201, replayed: 'true' });
});

test('the same key with another body is 422, writes nothing, and the first answer stays', async () => {
  const first = await send('k');
  expect(await send('k', order('other'))).toMatchObject({ status: 422, code: 'idempotency-key-reused' });
  expect(await effects()).toHaveLength(1);
  expect(await send('k')).toEqual({ ...first, replayed: 'true' });
});

test('the order of fields does not make another body', async () => {
  const first = await send('k');
  const reversed = Object.fromEntries(Object.entries(order()).reverse());
  expect(await send('k', reversed)).toEqual({ ...first, replayed: 'true' });
});

test('a validation error does not consume the key', async () => {
  expect(await send('k', { ...order(), coins: -1 })).toMatchObject({ status: 400, code: 'validation-failed' });
  expect(await send('k')).toMatchObject({ status: 201, replayed: null });
});

test('the quoted and the bare form are one key', async () => {
  const first = await send('"a-key"');
  expect(await send('a-key')).toEqual({ ...first, replayed: 'true' });
});

test('an empty key is refused', async () => {
  expect(await send('""')).toMatchObject({ status: 400, code: 'validation-failed' });
});

test('keys belong to their user', async () => {
  const other = server.token(['campaigns:write'], { userId: '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e99' });
  await send('k');
  expect(await send('k', order(), other)).toMatchObject({ status: 201, replayed: null });
  expect(await effects()).toHaveLength(2);
});

test('who has lost the scope gets 403, never a stored answer', async () => {
  await send('k');
  expect(await send('k', order(), server.token(['campaigns:read']))).toMatchObject({ status: 403 });
});

describe('a refusal', () => {
  const refuse = (status: 409 | 412) => async () => {
    throw status === 412
      ? new Problem(platformProblems['precondition-failed'])
      : new Problem({ code: 'claim-end-passed', status, title: 'Too late' });
  };

  test('by a business rule is stored, without its effects', async () => {
    afterEffect = refuse(409);
    const first = await send('k');
    expect(first).toMatchObject({ status: 409, code: 'claim-end-passed', replayed: null });
    afterEffect = async () => {};
    expect(await send('k')).toEqual({ ...first, replayed: 'true' });
    expect(await effects()).toEqual([]);
  });

  test('that no operation may give is not stored', async () => {
    afterEffect = refuse(412);
    // createBonusCampaign declares no 412: answering it breaks the contract, which tests turn into 500.
    expect(await send('k')).toMatchObject({ status: 500 });
    afterEffect = async () => {};
    expect(await send('k')).toMatchObject({ status: 201, replayed: null });
  });

  test('by our own failure is not stored, and the retry builds the same rows', async () => {
    const ids: string[] = [];
    afterEffect = async () => {
      throw new Error('the disk is full');
    };
    const failing: Handler = (input, caller) => {
      ids.push(caller.id('campaign'));
      return handler(input, caller);
    };
    const other = await startTestHttp(database.database, { createBonusCampaign: failing });
    try {
      expect(await send('k', order(), token, other)).toMatchObject({ status: 500, code: 'internal-error' });
      expect(await effects()).toEqual([]);
      afterEffect = async () => {};
      expect(await send('k', order(), token, other)).toMatchObject({ status: 201, replayed: null });
      expect(ids[0]).toBe(ids[1]);
      expect(await effects()).toMatchObject([{ id: ids[0] }]);
    } finally {
      await other.close();
    }
  });
});

test('without a key every request runs, each in a transaction', async () => {
  expect(await send(null)).toMatchObject({ status: 201, replayed: null });
  expect(await send(null)).toMatchObject({ status: 201, replayed: null });
  afterEffect = async () => {
    throw new Error('too late');
  };
  expect(await send(null)).toMatchObject({ status: 500 });
  expect(await effects()).toHaveLength(2);
});

describe('what is stored', () => {
  test('is unreadable without the secret', async () => {
    await send('k', order('a very private name'));
    const [row] = await database.owner.query(
      statement<{ body: Buffer; headers: object }>('', 'select body, headers from platform.idempotency_keys'),
    );
    expect(row?.body.toString('latin1')).not.toContain('private');
  });

  test('cannot be repeated under another secret, and is not done again', async () => {
    await send('k');
    const other = await startTestHttp(
      database.database,
      { createBonusCampaign: handler },
      { answers: testKeyRing(8).column('platform.idempotency_keys.body') },
    );
    try {
      expect(await send('k', order(), token, other)).toMatchObject({
        status: 409,
        code: 'idempotency-answer-unreadable',
      });
      expect(await effects()).toHaveLength(1);
    } finally {
      await other.close();
    }
  });

  test('starts afresh after its time, with rows of its own', async () => {
    const now = new Date();
    let clock = now;
    const timed = await startTestHttp(
      database.database,
      { createBonusCampaign: handler },
      { clock: { now: () => clock } },
    );
    try {
      await send('k', order(), token, timed);
      await database.owner.query(
        statement('', `update platform.idempotency_keys set expires_at = clock_timestamp() - interval '1 second'`),
      );
      clock = new Date(now.getTime() + 86_400_000);
      const late = timed.token(['campaigns:write'], { expiresAt: new Date(now.getTime() + 2 * 86_400_000) });
      expect(await send('k', order('other'), late, timed)).toMatchObject({ status: 201, replayed: null });
      expect(await effects()).toHaveLength(2);
    } finally {
      await timed.close();
    }
  });

  test('is purged after its time, and only then', async () => {
    await send('old');
    await send('new');
    await database.owner.query(
      statement(
        '',
        `update platform.idempotency_keys set expires_at = clock_timestamp() - interval '1 second'
         where scope = (select scope from platform.idempotency_keys order by created_at limit 1)`,
      ),
    );
    await purgeIdempotencyKeys(database.database, new AbortController().signal);
    expect(await send('new')).toMatchObject({ replayed: 'true' });
    const [count] = await database.owner.query(
      statement<{ count: number }>('', 'select count(*) from platform.idempotency_keys'),
    );
    expect(count).toEqual({ count: 1 });
  });
});
