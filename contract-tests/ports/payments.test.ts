import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createCloudpayments } from '../../adapters/payments/cloudpayments.ts';
import { createSandboxPayments } from '../../adapters/payments/sandbox.ts';
import { createStripePayments } from '../../adapters/payments/stripe.ts';
import { fromStripeAmount, toStripeAmount } from '../../adapters/payments/stripe-money.ts';
import { readMajorUnits, toMajorUnits } from '../../adapters/payments/cloudpayments-reading.ts';
import { createSandboxBooks } from '../../src/contexts/payments/index.ts';
import { statement } from '../../src/database/transaction.ts';
import type { CaptureMode, PaymentProvider } from '../../src/ports/payments.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { currencies, minorUnitsOf } from '../../src/shared/currency.ts';
import { newId } from '../../src/shared/id.ts';
import { createTestDatabase } from '../../src/testing/database.ts';
import type { TestDatabase } from '../../src/testing/database.ts';
import { testPaymentProvider } from './payment-provider.suite.ts';
import type { PaymentsHarness } from './payment-provider.suite.ts';
import { cloudpaymentsAccount, startCloudpaymentsSimulator } from './simulators/cloudpayments-simulator.ts';
import type { CloudpaymentsSimulator } from './simulators/cloudpayments-simulator.ts';
import { startStripeSimulator, stripeAccount } from './simulators/stripe-simulator.ts';
import type { StripeSimulator } from './simulators/stripe-simulator.ts';
import { createTestWatch } from './test-watch.ts';

const call = { signal: new AbortController().signal };

function begin(
  provider: PaymentProvider,
  attemptId: string,
  {
    methodToken,
    captureMode = 'automatic',
  }: { readonly methodToken?: string; readonly captureMode?: CaptureMode | undefined },
) {
  const amount = { amount: 10_000n, currency: 'EUR' };
  const command = { attemptId, amount, captureMode, description: 'Заказ  № 7', customerId: newId() };
  return provider.startPayment({ ...command, methodToken, returnUrl: undefined }, call);
}

describe('the sandbox', () => {
  let database: TestDatabase;
  let harness: PaymentsHarness;
  const secret = 'a secret of the sandbox';
  beforeAll(async () => {
    database = await createTestDatabase();
    const books = createSandboxBooks({
      database: database.database,
      clock: systemClock,
      enqueue: () => Promise.resolve(),
    });
    const options = { books, secret, clock: systemClock, payPage: 'http://sandbox.test/pay' };
    const provider = createSandboxPayments(options);
    const tokens = { pays: 'sandbox-ok', declined: 'sandbox-decline', acts: 'sandbox-page' } as const;
    const sign = (raw: Buffer, at: Date) => ({ kind: '', raw, signature: provider.sign(raw.toString(), at) });
    harness = {
      provider,
      async start(attemptId, conduct, captureMode) {
        const { outcome } = await begin(provider, attemptId, { methodToken: tokens[conduct], captureMode });
        return { outcome, providerRef: (await books.find({ reference: attemptId }))?.id };
      },
      async message(attemptId) {
        const text = `select body from payments.sandbox_events where body like '%' || $1 || '%'`;
        const [event] = await database.owner.query(statement<{ body: string }>('', text), [attemptId]);
        return sign(Buffer.from(event?.body ?? ''), new Date());
      },
      sign,
      timed: true,
      async effects(key) {
        const text = 'select id from payments.sandbox_moves where key = $1';
        return (await database.owner.query(statement('', text), [key])).length;
      },
      secrets: [secret],
    };
  });
  afterAll(() => database.close());
  testPaymentProvider(() => harness);
});

describe('Stripe', () => {
  let simulator: StripeSimulator;
  let harness: PaymentsHarness;
  const watch = createTestWatch();
  beforeAll(async () => {
    simulator = await startStripeSimulator();
    const provider = createStripePayments({
      ...{ secretKey: stripeAccount.secretKey, webhookSecrets: ['whsec_of_before', stripeAccount.webhookSecret] },
      ...{ url: simulator.url, watch },
    });
    const tokens = { pays: 'pm_card_visa', declined: 'pm_card_declined' } as const;
    const sign = (raw: Buffer, at: Date) => ({ kind: '', raw, signature: simulator.sign(raw, at) });
    harness = {
      provider,
      async start(attemptId, conduct, captureMode) {
        const token = conduct === 'acts' ? {} : { methodToken: tokens[conduct] };
        const outcome = await begin(provider, attemptId, { ...token, captureMode });
        const found = await provider.fetch({ reference: attemptId }, call);
        return {
          outcome: outcome.outcome,
          providerRef: found.outcome === 'found' ? found.payment.providerRef : undefined,
        };
      },
      message: (attemptId) => Promise.resolve(sign(Buffer.from(simulator.event(attemptId)), new Date())),
      sign,
      timed: true,
      loseAnswers: (lost) => void (simulator.trouble = lost ? 'lose-answer' : 'none'),
      refuseKeys: (refused) => void (simulator.refuseKeys = refused),
      effects: (key) => simulator.effects(key),
      secrets: [stripeAccount.secretKey, stripeAccount.webhookSecret],
    };
  });
  afterEach(() => void (simulator.trouble = 'none'));
  afterAll(() => simulator.close());
  testPaymentProvider(() => harness);

  test('proves the vector of its own library', () => {
    const provider = createStripePayments({
      ...{ secretKey: 'sk_test', webhookSecrets: ['whsec_test_secret'], url: undefined, watch },
    });
    const raw = Buffer.from('{"id":"evt_1","object":"event","type":"payment_intent.succeeded"}');
    const v1 = '67da5088c63e080c71bd2bb0cb5c03d85a8fc6a21ce3aaf484df809654745b92';
    const judge = (seconds: number) =>
      provider.parseWebhook({ kind: '', raw, signature: `t=1700000000,v0=00,v1=${v1}`, at: new Date(seconds * 1000) });
    // Without an object of its own it is proven, and cannot be read.
    expect(judge(1_700_000_000)).toEqual({ verdict: 'rejected', reason: 'unreadable' });
    expect(judge(1_700_000_301)).toEqual({ verdict: 'rejected', reason: 'outside-of-time' });
  });

  test('keeps neither cards, nor names, nor addresses, nor secrets of its events', async () => {
    const attemptId = newId();
    await harness.start(attemptId, 'pays');
    const judged = harness.provider.parseWebhook({ ...(await harness.message(attemptId)), at: new Date() });
    if (judged.verdict !== 'verified') throw new Error(judged.reason);
    expect(judged.stored.toString()).not.toMatch(/4242|private/i);
  });

  test('stops at a status nobody mapped, and says so', () => {
    const object = { id: 'pi_1', amount: 1, currency: 'eur', status: 'levitating', metadata: { attempt_id: 'a' } };
    const stored = Buffer.from(JSON.stringify({ id: 'evt_1', type: 'payment_intent.succeeded', data: { object } }));
    expect(harness.provider.readMessage({ kind: '', stored })).toEqual({ fact: 'unmapped', code: 'status-levitating' });
    expect(watch.unmappings).toContainEqual({ vendor: 'stripe', where: 'report', code: 'status-levitating' });
  });
});

describe('CloudPayments', () => {
  let simulator: CloudpaymentsSimulator;
  let harness: PaymentsHarness;
  const watch = createTestWatch();
  beforeAll(async () => {
    simulator = await startCloudpaymentsSimulator();
    const provider = createCloudpayments({ ...cloudpaymentsAccount, url: simulator.url, watch });
    const sign = (raw: Buffer) => ({ kind: 'pay', raw, signature: simulator.sign(raw) });
    harness = {
      provider,
      async start(attemptId, conduct, captureMode) {
        const { outcome } = await begin(provider, attemptId, { captureMode });
        return { outcome, providerRef: conduct === 'acts' ? undefined : simulator.pay(attemptId, conduct) };
      },
      message: (attemptId) => Promise.resolve(sign(Buffer.from(simulator.notification(attemptId)))),
      sign,
      timed: false,
      loseAnswers: (lost) => void (simulator.trouble = lost ? 'lose-answer' : 'none'),
      refuseKeys: (refused) => void (simulator.refuseKeys = refused),
      effects: (key) => simulator.effects(key),
      secrets: [cloudpaymentsAccount.apiSecret],
    };
  });
  afterEach(() => void (simulator.trouble = 'none'));
  afterAll(() => simulator.close());
  testPaymentProvider(() => harness);

  test('proves a known vector', () => {
    const provider = createCloudpayments({ publicId: 'p', apiSecret: 'test_api_secret', url: undefined, watch });
    const raw = Buffer.from(
      'TransactionId=1234567&Amount=10.00&Currency=RUB&InvoiceId=ord_1&' +
        'Description=%D0%9E%D0%BF%D0%BB%D0%B0%D1%82%D0%B0+%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7%D0%B0&Data=%7B%22a%22%3A1%7D',
    );
    const signature = 'Y+MXDhgOq7c138Og+fyioWOcGTveGnNaZa4QXQzZt3o=';
    const judged = provider.parseWebhook({ kind: 'pay', raw, signature, at: new Date() });
    expect(judged).toMatchObject({ verdict: 'verified', dedupeKey: 'pay:1234567' });
    expect(provider.acknowledge()).toEqual({ status: 200, body: { code: 0 } });
  });

  test('keeps neither cards nor addresses of its notifications', async () => {
    const attemptId = newId();
    await harness.start(attemptId, 'pays');
    const judged = harness.provider.parseWebhook({ ...(await harness.message(attemptId)), at: new Date() });
    if (judged.verdict !== 'verified') throw new Error(judged.reason);
    expect(judged.stored.toString()).not.toMatch(/4242|private/i);
  });

  test('takes an invitation back', async () => {
    const attemptId = newId();
    const outcome = await begin(harness.provider, attemptId, {});
    if (outcome.outcome !== 'requires_action') throw new Error(outcome.outcome);
    const back = {
      key: newId(),
      reference: attemptId,
      handle: outcome.handle,
      amount: { amount: 0n, currency: 'EUR' },
    };
    expect(await harness.provider.void(back, call)).toMatchObject({ outcome: 'succeeded' });
    expect(() => simulator.pay(attemptId, 'pays')).toThrow('no such invoice');
  });
});

describe('amounts', () => {
  const samples = (currency: string): readonly bigint[] => {
    const unit = 10n ** BigInt(minorUnitsOf(currency));
    return [1n, 7n, 10n, 99n, unit, 1_099n * 10n, 123_456_789n * unit, 3n * unit + 10n];
  };

  test.each(currencies)('of %s are the same there and back, or are not asked for', (currency) => {
    for (const amount of samples(currency)) {
      const money = { amount, currency };
      const stripe = toStripeAmount(money);
      if (stripe !== undefined) expect(fromStripeAmount(stripe, currency.toLowerCase())).toEqual(money);
      const major = toMajorUnits(money);
      if (major !== undefined) expect(readMajorUnits(major, currency)).toEqual(money);
    }
  });

  test('that a provider cannot say are undefined', () => {
    expect(toStripeAmount({ amount: 5_124n, currency: 'KWD' })).toBeUndefined();
    expect(toStripeAmount({ amount: 5_120n, currency: 'KWD' })).toBe(5_120);
    expect(toStripeAmount({ amount: 1_099n, currency: 'JPY' })).toBe(1_099);
    expect(toStripeAmount({ amount: 5n, currency: 'ISK' })).toBe(500);
    expect(toMajorUnits({ amount: 5_124n, currency: 'KWD' })).toBeUndefined();
    expect(toMajorUnits({ amount: 5_120n, currency: 'KWD' })).toBe('5.12');
    expect(toMajorUnits({ amount: 1_099n, currency: 'JPY' })).toBe('1099');
  });
});
