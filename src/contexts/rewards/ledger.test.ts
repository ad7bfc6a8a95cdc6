import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../shared/id.ts';
import { captureCoins } from './capture-coins.ts';
import { createRewardsFixture, fileOf, range } from './rewards.fixture.ts';
import type { RewardsFixture } from './rewards.fixture.ts';

let fixture: RewardsFixture;
let users: string[];
const sink = '00000000-0000-8000-8000-000000000001';

beforeAll(async () => {
  fixture = await createRewardsFixture();
  users = await fixture.createMembers(20);
  const campaign = await fixture.createCampaign({ coins: 50 });
  await fixture.credit(campaign, fileOf(range(0, 20)));
});
afterAll(() => fixture.close());

const post = (legs: readonly (readonly [account: string, amount: number])[], reference = newId()) =>
  fixture.sqlAsApplication(
    `insert into rewards.ledger_entries (account_id, amount, ref_type, ref_id)
     select a, v, 'spend', $3 from unnest($1::uuid[], $2::bigint[]) l (a, v)`,
    [legs.map(([account]) => account), legs.map(([, amount]) => amount), reference],
  );

describe("Raw SQL as the application's role", () => {
  const denied = { code: '42501' };

  it.each([
    ['change a balance', `update rewards.accounts set balance = balance + 1`],
    [
      'open an account with coins',
      `insert into rewards.accounts (id, kind, balance) values (gen_random_uuid(), 'wallet', 5)`,
    ],
    ['delete an account', `delete from rewards.accounts`],
    ['change an entry', `update rewards.ledger_entries set amount = amount + 1`],
    ['delete an entry', `delete from rewards.ledger_entries`],
    ['empty the ledger', `truncate rewards.ledger_entries`],
    [
      'date an entry back',
      `insert into rewards.ledger_entries (account_id, amount, ref_type, ref_id, created_at)
       values (gen_random_uuid(), 1, 'spend', gen_random_uuid(), '2000-01-01')`,
    ],
    ['delete a grant', `delete from rewards.bonus_grants`],
    ['move a grant to another number', `update rewards.bonus_grants set phone = phone || '0'`],
    ['raise a grant', `update rewards.bonus_grants set amount = amount + 1`],
    ['change a campaign', `update rewards.bonus_campaigns set coins = coins + 1`],
    ['change what an import pays', `update rewards.bonus_imports set coins = coins + 1`],
    ['delete an import', `delete from rewards.bonus_imports`],
  ])('has no right to %s', async (_, sql) => {
    await expect(fixture.sqlAsApplication(sql)).rejects.toMatchObject(denied);
  });

  it('cannot make a wallet negative', async () => {
    await expect(
      post([
        [users[0] ?? '', -51],
        [sink, 51],
      ]),
    ).rejects.toMatchObject({
      constraint: 'accounts_wallet_not_negative',
    });
  });

  it('cannot post one leg, or legs that do not sum to zero', async () => {
    const unbalanced = { constraint: 'ledger_entries_sum_to_zero' };
    await expect(post([[users[0] ?? '', 5]])).rejects.toMatchObject(unbalanced);
    await expect(
      post([
        [users[0] ?? '', 5],
        [sink, -4],
      ]),
    ).rejects.toMatchObject(unbalanced);
    await expect(
      post([
        [users[0] ?? '', 0],
        [sink, 0],
      ]),
    ).rejects.toMatchObject({
      constraint: 'ledger_entries_amount_moves',
    });
  });

  it('cannot post to an account that does not exist', async () => {
    await expect(
      post([
        [newId(), 5],
        [sink, -5],
      ]),
    ).rejects.toMatchObject({ constraint: 'ledger_entries_account_exists' });
  });

  it('cannot post a thing twice', async () => {
    const reference = newId();
    await post(
      [
        [users[0] ?? '', -1],
        [sink, 1],
      ],
      reference,
    );
    await expect(
      post(
        [
          [users[0] ?? '', -1],
          [sink, 1],
        ],
        reference,
      ),
    ).rejects.toMatchObject({
      constraint: 'ledger_entries_posted_once',
    });
  });

  it('cannot grant a thing twice, neither by number nor by owner', async () => {
    const grant = (phone: string, user: string) =>
      fixture.sqlAsApplication(
        `insert into rewards.bonus_grants (campaign_id, period_key, phone, user_id, amount, import_id, status, credited_at)
         select campaign_id, period_key, coalesce($1, phone), coalesce($2, user_id), 1, import_id, 'credited', now()
         from rewards.bonus_grants limit 1`,
        [phone, user],
      );
    await expect(grant(null as never, newId())).rejects.toMatchObject({ constraint: 'bonus_grants_once_per_phone' });
    await expect(grant('+989999999999', null as never)).rejects.toMatchObject({
      constraint: 'bonus_grants_once_per_user',
    });
  });

  it('cannot finish an import that has lines left', async () => {
    const open = await fixture.upload(await fixture.createCampaign(), fileOf([1]));
    await expect(
      fixture.sqlAsApplication(
        `update rewards.bonus_imports set status = 'finished', finished_at = now(), open_chunks = 0 where id = $1`,
        [open],
      ),
    ).rejects.toMatchObject({ constraint: 'bonus_imports_finished_means_all' });
  });

  it('cannot hide what the owner does to the ledger either', async () => {
    await expect(fixture.sql('delete from rewards.ledger_entries')).rejects.toMatchObject({ code: '23001' });
  });
});

describe('captureCoins', () => {
  const capture = (userId: string, amount: number, reference = newId()) =>
    fixture.test.database.transaction((tx) => captureCoins(tx, { userId, amount, reference }));

  it('lets exactly as many of 200 parallel captures succeed as the balance covers', async () => {
    const user = users[1] ?? '';
    const outcomes = await Promise.all(range(0, 200).map(() => capture(user, 1)));
    expect(outcomes.filter((outcome) => outcome === 'captured')).toHaveLength(50);
    expect(outcomes.filter((outcome) => outcome === 'insufficient')).toHaveLength(150);
    const [wallet] = await fixture.sql<{ balance: number }>('select balance from rewards.accounts where id = $1', [
      user,
    ]);
    expect(wallet?.balance).toBe(0);
    const [all] = await fixture.sql<{ sum: number }>('select sum(balance) as sum from rewards.accounts');
    expect(all?.sum).toBe(0);
    expect(await fixture.differences()).toEqual([]);
  });

  it('takes a purchase once', async () => {
    const [, , user = '', other = ''] = users;
    const reference = newId();
    expect(await capture(user, 20, reference)).toBe('captured');
    expect(await capture(user, 20, reference)).toBe('already-captured');
    expect(await capture(user, 21, reference)).toBe('conflict');
    expect(await capture(other, 20, reference)).toBe('conflict');
  });

  it('refuses amounts that are no number of coins', async () => {
    for (const amount of [0, -1, 0.5, Number.NaN])
      await expect(capture(users[4] ?? '', amount)).rejects.toThrow(RangeError);
  });
});

describe('getWalletReconciliation', () => {
  it('names what differs', async () => {
    const [wallet = ''] = users;
    await fixture.sql('update rewards.accounts set balance = balance + 3 where id = $1', [wallet]);
    const [grant] = await fixture.sql<{ id: string }>('select id from rewards.bonus_grants where user_id = $1', [
      users[5],
    ]);
    await fixture.sql('update rewards.bonus_grants set user_id = $2 where id = $1', [grant?.id, newId()]);
    const [{ balance } = { balance: 0 }] = await fixture.sql<{ balance: number }>(
      'select balance from rewards.accounts where id = $1',
      [wallet],
    );
    expect(await fixture.differences()).toEqual([
      { kind: 'balance', id: wallet, expected: balance - 3, actual: balance },
      { kind: 'grant', id: grant?.id, expected: 50, actual: 50 },
    ]);
  });
});
