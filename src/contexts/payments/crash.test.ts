import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cipherOf } from '../../database/sealed-column.ts';
import { statement } from '../../database/transaction.ts';
import type { Database } from '../../database/transaction.ts';
import { enqueue } from '../../jobs/enqueue.ts';
import type { PaymentProvider, ProviderPayment } from '../../ports/payments.ts';
import { systemClock } from '../../shared/clock.ts';
import { newId } from '../../shared/id.ts';
import { createTestDatabase } from '../../testing/database.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { killAfterEachStep } from '../../testing/dying-database.ts';
import { testKeyRing } from '../../testing/key-ring.ts';
import { applyPayment } from './attempts/apply-payment.ts';
import { checkAttempt } from './attempts/check-attempt.ts';
import { sendAttempt } from './attempts/send-attempt.ts';
import { startPaymentAttempt } from './attempts/start-payment-attempt.ts';
import type { Desk } from './dependencies.ts';
import { getPayment } from './get-payment.ts';
import { applyMessage } from './inbox/apply-message.ts';
import { storeMessage } from './inbox/record-payment-message.ts';
import { checkMovement } from './movements/check-movement.ts';
import { requestRefund } from './movements/request-refund.ts';
import { sendMovement } from './movements/send-movement.ts';
import { silentObserver } from './observer.ts';
import { requestPayment } from './request-payment.ts';
import { attemptActions } from './sealed-columns.ts';

const EUROS = { amount: 10_000n, currency: 'EUR' };
const { signal } = new AbortController();
const run = { signal };
const keyRing = testKeyRing(9);

/** The other side: what it did under which key. */
const charges = new Map<string, ProviderPayment>();
const refunds = new Map<string, number>();
const nothing = () => Promise.resolve({ outcome: 'declined', code: 'none', detail: '', retryable: false } as const);
const paymentOf = (reference: string): ProviderPayment => {
  const made = {
    providerRef: `ref-${reference}`,
    reference,
    state: 'captured',
    amount: EUROS,
    captured: 10_000n,
  } as const;
  return charges.get(reference) ?? { ...made, refunded: undefined };
};
const provider: PaymentProvider = {
  name: 'double',
  capabilities: { partialCapture: 'often', refundDays: 365, keySeconds: 86_400, processingSeconds: 60 },
  startPayment({ attemptId }) {
    const payment = paymentOf(attemptId);
    charges.set(attemptId, payment);
    return Promise.resolve({ outcome: 'succeeded', payment });
  },
  capture: nothing,
  void: nothing,
  refund({ key }) {
    refunds.set(key, 1);
    return Promise.resolve({ outcome: 'succeeded', providerRef: `back-${key}` });
  },
  fetch({ reference }) {
    const payment = charges.get(reference);
    return Promise.resolve(payment === undefined ? { outcome: 'not_found' } : { outcome: 'found', payment });
  },
  list: () => Promise.resolve({ outcome: 'listed', transactions: [], cursor: undefined }),
  parseWebhook: () => ({ verdict: 'rejected', reason: 'no messages here' }),
  readMessage: ({ stored }) => ({ fact: 'payment', payment: paymentOf(stored.toString()) }),
  acknowledge: () => ({ status: 200, body: undefined }),
};
const desk: Desk = {
  ...{ clock: systemClock, enqueue, providers: [provider], observer: silentObserver },
  publish: () => Promise.resolve(),
  actions: cipherOf(keyRing, attemptActions),
};

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const on = (worker: Database) => ({ ...desk, worker, keyRing, returnUrl: undefined });
const live = () => on(database.database);

/** A payment with an attempt that nobody has sent yet. */
async function begun(): Promise<{ readonly paymentId: string; readonly attemptId: string }> {
  const attemptId = newId();
  const customerId = newId();
  return database.database.transaction(async (tx) => {
    const subject = { kind: 'order', id: newId() } as const;
    const asked = { subject, customerId, reference: '1', amount: EUROS, description: '' };
    const { paymentId } = await requestPayment(tx, desk, asked);
    const start = { paymentId, attemptId, customerId, methodToken: undefined };
    await startPaymentAttempt({ ...desk, provider, tx }, start);
    return { paymentId, attemptId };
  });
}

async function paid(): Promise<{ readonly paymentId: string; readonly attemptId: string }> {
  const made = await begun();
  await sendAttempt(live(), made, run);
  return made;
}

const read = (paymentId: string) => getPayment(database.database, { paymentId, customerId: undefined });
const postings = async (attemptId: string): Promise<number> => {
  const text = 'select 1 from payments.postings where ref_id = $1';
  return (await database.owner.query(statement('', text), [`double:ref-${attemptId}@10000`])).length;
};

/** Captured once if the provider took it, and otherwise not known: never lost, never twice. */
async function expectTruth({ paymentId, attemptId }: { readonly paymentId: string; readonly attemptId: string }) {
  const { payment, attempts } = await read(paymentId);
  if (charges.has(attemptId)) {
    expect(payment).toMatchObject({ captured: 10_000n, authorised: 10_000n });
    expect(await postings(attemptId)).toBe(1);
  } else {
    expect(payment).toMatchObject({ captured: 0n });
    expect(attempts).toMatchObject([{ state: 'unknown' }]);
  }
}

test('a process that dies anywhere while it sends an attempt loses and doubles nothing', async () => {
  let made = await begun();
  const kills = await killAfterEachStep(
    database.database,
    (mortal) => sendAttempt(on(mortal), made, run),
    async () => {
      await sendAttempt(live(), made, run);
      await checkAttempt(live(), made, run);
      await expectTruth(made);
      made = await begun();
    },
  );
  expect(kills).toBeGreaterThan(8);
});

test('a process that dies anywhere while it checks an attempt leaves it to the next', async () => {
  const unknown = async () => {
    const made = await begun();
    const text = `update payments.attempts set state = 'unknown', called_at = now() where id = $1`;
    await database.owner.query(statement('', text), [made.attemptId]);
    charges.set(made.attemptId, paymentOf(made.attemptId));
    return made;
  };
  let made = await unknown();
  await killAfterEachStep(
    database.database,
    (mortal) => checkAttempt(on(mortal), made, run),
    async () => {
      await checkAttempt(live(), made, run);
      await expectTruth(made);
      made = await unknown();
    },
  );
});

test('a process that dies anywhere while it gives back gives back once', async () => {
  const asked = async () => {
    const { paymentId } = await paid();
    const refund = { paymentId, amount: 4_000n, key: 'once', purpose: 'asked', reason: 'damaged' } as const;
    const answer = await database.database.transaction((tx) => requestRefund(tx, desk, refund));
    if (answer.outcome !== 'requested') throw new Error(answer.outcome);
    return { paymentId, movementId: answer.refundId };
  };
  let made = await asked();
  await killAfterEachStep(
    database.database,
    (mortal) => sendMovement(on(mortal), made, run),
    async () => {
      await sendMovement(live(), made, run);
      await checkMovement(live(), made, run);
      const { payment, movements } = await read(made.paymentId);
      expect(payment).toMatchObject({ refunded: 4_000n, refundPending: 0n });
      expect(movements).toMatchObject([{ state: 'succeeded' }]);
      expect(refunds.get(made.movementId)).toBe(1);
      made = await asked();
    },
  );
});

test('a process that dies anywhere while it applies a message applies it once', async () => {
  const told = async () => {
    const made = await begun();
    charges.set(made.attemptId, paymentOf(made.attemptId));
    await database.database.transaction((tx) =>
      storeMessage(
        tx,
        { ...desk, keyRing },
        {
          ...{ provider: 'double', dedupeKey: made.attemptId, kind: 'paid', source: 'webhook' },
          ...{ bytes: Buffer.from(made.attemptId), sha256: Buffer.alloc(32) },
        },
      ),
    );
    const text = 'select id from payments.inbox where dedupe_key = $1';
    const [row] = await database.owner.query(statement<{ id: string }>('', text), [made.attemptId]);
    return { ...made, messageId: row?.id ?? '' };
  };
  let made = await told();
  await killAfterEachStep(
    database.database,
    (mortal) => applyMessage(on(mortal), made),
    async () => {
      await applyMessage(live(), made);
      await expectTruth(made);
      made = await told();
    },
  );
});

test('twenty sources at once settle one payment once', async () => {
  const made = await begun();
  const seen = paymentOf(made.attemptId);
  charges.set(made.attemptId, seen);
  const { attemptId } = made;
  const pool = database.connect({ size: 20 });
  const applied = await Promise.all(
    Array.from({ length: 20 }, () =>
      pool.transaction((tx) => applyPayment(tx, desk, { attemptId, seen, fresh: false })),
    ),
  );
  expect(applied.filter((one) => one === 'applied')).toHaveLength(1);
  await expectTruth(made);
});
