import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Schema } from '../../contract/handlers.ts';
import { statement } from '../../database/transaction.ts';
import { until } from '../../testing/until.ts';
import { createPaymentsFixture } from './payments.fixture.ts';
import type { PaymentsFixture } from './payments.fixture.ts';

let payments: PaymentsFixture;
beforeAll(async () => {
  payments = await createPaymentsFixture();
});
afterAll(async () => {
  const faults = await payments.faults().finally(() => payments.close());
  expect(faults).toEqual([]);
});

const path = '/api/v1/webhooks/payments/sandbox';
const secretStatement = statement<{ body: string }>(
  '',
  `select body from payments.sandbox_events where body like '%' || $1 || '%' and delivered_at is null`,
);

/** The message about an attempt that nobody has delivered yet, which is then nobody's any more. */
async function undelivered(attemptId: string): Promise<string> {
  const [event] = await payments.portico.owner.query(secretStatement, [attemptId]);
  return event?.body ?? '';
}
const send = (body: string, signature: string) =>
  payments.portico.request('POST', path, {
    headers: { 'content-type': 'application/json', 'sandbox-signature': signature },
    body,
  });
const messages = async (paymentId: string, state?: string) => {
  const query = `paymentId=${paymentId}${state === undefined ? '' : `&state=${state}`}`;
  const { body } = await payments.staff<Schema<'PaymentMessagePage'>>('GET', `/api/v1/payment-messages?${query}`);
  return body.items;
};

describe('a message', () => {
  test('twenty times at once is one fact', async () => {
    const begun = await payments.paid({ behaviour: 'delayed' });
    const attemptId = begun.attempts[0]?.id ?? '';
    const body = await undelivered(attemptId);
    const signature = payments.sign(body, new Date());
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(body, signature)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    await payments.portico.runJobs();
    expect(await payments.read(begun.id)).toMatchObject({ state: 'captured' });
    expect(await messages(begun.id)).toHaveLength(1);
    expect(await payments.events(begun.id)).toEqual([{ name: 'captured', code: null, amount: 10_000 }]);
    expect(await payments.books(begun.id)).toEqual({ provider_clearing: 10_000, customer_funds: -10_000 });
  });

  test('that is not proven leaves nothing but a refusal', async () => {
    const begun = await payments.paid({ behaviour: 'delayed' });
    const body = await undelivered(begun.attempts[0]?.id ?? '');
    const old = new Date(Date.now() - 302_000);
    for (const [sent, signature] of [
      [body, payments.sign(`${body} `, new Date())],
      [body, payments.sign(body, old)],
      [JSON.stringify(JSON.parse(body), undefined, 1), payments.sign(body, new Date())],
      [body, ''],
    ] as const) {
      const answer = await send(sent, signature);
      expect(answer.status).toBe(403);
    }
    expect(await messages(begun.id)).toEqual([]);
    const logged = JSON.stringify(payments.portico.lines);
    expect(logged).not.toContain(begun.attempts[0]?.id ?? 'none');
  });

  test('may be oddly spaced and in any script', async () => {
    const begun = await payments.paid({ behaviour: 'lost' });
    const attempt = begun.attempts[0]?.id ?? '';
    const data = `{ "charge":"sbx_0",\n "reference" :"${attempt}","note":"Оплата ✓"}`;
    const body = `{\t"id": "evt_${'a'.repeat(32)}", "type":"charge.levitating",   "data": ${data} }`;
    expect((await send(body, payments.sign(body, new Date()))).status).toBe(200);
  });

  test('in words that nobody mapped changes nothing, and waits for a person', async () => {
    const begun = await payments.paid({ behaviour: 'lost' });
    const body = JSON.stringify({ id: `evt_${'b'.repeat(32)}`, type: 'charge.levitating', data: {} });
    await send(body, payments.sign(body, new Date()));
    await payments.portico.runJobs();
    const { body: page } = await payments.staff<Schema<'PaymentMessagePage'>>(
      'GET',
      '/api/v1/payment-messages?state=failed',
    );
    expect(page.items).toContainEqual(expect.objectContaining({ kind: 'charge.levitating', attempts: 1 }));
    expect((await payments.read(begun.id)).attempts).toEqual(begun.attempts);
  });

  test('applied again by a person changes nothing', async () => {
    const paid = await payments.paid();
    const [message] = await until(async () => {
      const found = await messages(paid.id, 'applied');
      return found.length > 0 && found;
    });
    const again = `/api/v1/payment-messages/${message?.id ?? ''}/redrive`;
    expect((await payments.staff('POST', again)).status).toBe(202);
    await payments.portico.runJobs();
    expect(await payments.read(paid.id)).toEqual(paid);
    expect(await messages(paid.id)).toMatchObject([{ state: 'applied', attempts: 2 }]);
    expect(await payments.events(paid.id)).toHaveLength(1);
  });

  test('of money for an attempt that nobody knows is in the books, in suspense', async () => {
    const reference = '01939c2e-0000-7000-8000-000000000001';
    const data = { charge: 'sbx_stray', reference, amount: 700, currency: 'EUR', captured: 700, refunded: 0 };
    const body = JSON.stringify({ id: `evt_${'c'.repeat(32)}`, type: 'charge.captured', data });
    await send(body, payments.sign(body, new Date()));
    await payments.portico.runJobs();
    const text = `select e.account, e.amount_minor as amount from payments.entries e join payments.postings p on p.id = e.posting_id
      where p.ref_id = 'sandbox:sbx_stray@700' order by e.account`;
    expect(await payments.portico.owner.query(statement('', text))).toEqual([
      { account: 'provider_clearing', amount: 700 },
      { account: 'suspense', amount: -700 },
    ]);
  });

  test('about a refund that comes before its payment succeeds waits, and both are applied', async () => {
    const begun = await payments.paid({ behaviour: 'lost' });
    const attempt = begun.attempts[0];
    const charge = await payments.portico.owner.query(
      statement<{ id: string }>('', 'select id from payments.sandbox_charges where reference = $1'),
      [attempt?.id ?? ''],
    );
    const data = {
      charge: charge[0]?.id,
      reference: attempt?.id,
      amount: 2_500,
      currency: 'EUR',
      refund: 'refund_elsewhere',
    };
    const body = JSON.stringify({
      id: `evt_${'d'.repeat(32)}`,
      type: 'refund.succeeded',
      data: { ...data, key: 'elsewhere' },
    });
    await send(body, payments.sign(body, new Date()));
    await payments.runEverything();
    await payments.runEverything();
    expect(await payments.read(begun.id)).toMatchObject({
      state: 'partly_refunded',
      refunded: { amount: 2_500 },
      movements: [{ kind: 'refund', state: 'succeeded' }],
    });
  });

  test('about a dispute moves the books there and back', async () => {
    const paid = await payments.paid();
    const [charge] = await payments.portico.owner.query(
      statement<{ id: string }>('', 'select id from payments.sandbox_charges where reference = $1'),
      [paid.attempts[0]?.id ?? ''],
    );
    const data = {
      charge: charge?.id,
      dispute: `dp_${paid.id}`,
      amount: 10_000,
      currency: 'EUR',
      reason: 'fraudulent',
    };
    const tell = async (state: string, letter: string) => {
      const body = JSON.stringify({ id: `evt_${letter.repeat(32)}`, type: `dispute.${state}`, data });
      await send(body, payments.sign(body, new Date()));
      await payments.portico.runJobs();
    };
    await tell('opened', 'e');
    await tell('opened', '1');
    expect(await payments.read(paid.id)).toMatchObject({ flags: ['disputed'] });
    expect(await payments.books(paid.id)).toEqual({ customer_funds: -10_000, disputes: 10_000 });
    await tell('won', 'f');
    expect(await payments.read(paid.id)).toMatchObject({ flags: [] });
    expect(await payments.books(paid.id)).toEqual({ customer_funds: -10_000, provider_clearing: 10_000 });
    expect(await payments.events(paid.id)).toMatchObject([
      { name: 'captured' },
      { name: 'flagged', code: 'disputed' },
      { name: 'disputed', code: 'opened' },
      { name: 'disputed', code: 'won' },
    ]);
  });
});

describe('the books', () => {
  test.each([
    'insert into payments.entries (posting_id, account, amount_minor) values (1, $$fees$$, 5)',
    'update payments.entries set amount_minor = 1',
    'delete from payments.entries',
    'update payments.postings set ref_id = $$x$$',
    'delete from payments.postings',
  ])('are not written past payments.post: %s', async (text) => {
    await expect(payments.portico.database.query(statement('', text))).rejects.toThrow('permission denied');
  });

  test('refuse a posting that does not sum to zero', async () => {
    const text = `select payments.post('capture', 'crooked', 'EUR', array['provider_clearing', 'suspense'], array[5, -4])`;
    await expect(payments.portico.database.transaction((tx) => tx.query(statement('', text)))).rejects.toMatchObject({
      constraint: 'entries_sum_to_zero',
    });
  });

  test('are a chain from the first posting to the last', async () => {
    await payments.paid();
    const text = `select p.id, p.hash, payments.hash_of(coalesce(lag(p.hash) over (order by p.id), ''), p.ref_type, p.ref_id,
        p.currency, p.posted_at, (select string_agg(account || ':' || amount_minor, ',' order by account)
          from payments.entries e where e.posting_id = p.id)) as expected
      from payments.postings p order by p.id`;
    const rows = await payments.portico.owner.query(statement<{ hash: Buffer; expected: Buffer }>('', text));
    expect(rows.length).toBeGreaterThan(1);
    for (const { hash, expected } of rows) expect(hash.equals(expected)).toBe(true);
  });
});

describe('a comparison with the provider', () => {
  const reconcile = async (): Promise<Schema<'PaymentReconciliationDetails'>> => {
    const date = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    await payments.staff('POST', '/api/v1/payment-reconciliations', { date });
    await payments.portico.runJobs();
    const { body } = await payments.staff<Schema<'PaymentReconciliationPage'>>(
      'GET',
      '/api/v1/payment-reconciliations',
    );
    const { id = '' } = body.items.find((made) => made.date === date && made.provider === 'sandbox') ?? {};
    return (
      await payments.staff<Schema<'PaymentReconciliationDetails'>>('GET', `/api/v1/payment-reconciliations/${id}`)
    ).body;
  };
  const owner = (text: string, values: readonly unknown[] = []) =>
    payments.portico.owner.query(statement('', text), values);

  test('names what one side lacks, repairs what we lack, and says the same twice', async () => {
    const kept = await payments.paid();
    const lost = await payments.paid({ behaviour: 'lost' });
    await owner(`update payments.settlements set settled_at = settled_at - interval '1 day'`);
    await owner(`update payments.sandbox_moves set created_at = created_at - interval '1 day'`);
    const first = await reconcile();
    expect(first.theirsOnly).toBeGreaterThan(0);
    expect(first.report.theirsOnly.map(({ transactionId }) => transactionId.split('@')[1])).toContain('10000');
    // What they had and we had not is settled by now.
    expect(await payments.read(lost.id)).toMatchObject({ state: 'captured' });
    await owner(`update payments.settlements set settled_at = settled_at - interval '1 day' where payment_id = $1`, [
      lost.id,
    ]);
    const second = await reconcile();
    expect(second.theirsOnly).toBeLessThan(first.theirsOnly);
    expect(await reconcile()).toEqual({ ...second, madeAt: expect.any(String) as unknown });
    const [gone] = await payments.portico.owner.query(
      statement<{ id: string }>(
        '',
        'select provider_transaction_id as id from payments.settlements where payment_id = $1',
      ),
      [kept.id],
    );
    await owner('delete from payments.sandbox_moves where id = $1', [gone?.id]);
    const third = await reconcile();
    expect(third.report.oursOnly).toContainEqual(expect.objectContaining({ transactionId: gone?.id, ours: 10_000 }));
  });
});
