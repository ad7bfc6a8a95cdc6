import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Schema } from '../../contract/handlers.ts';
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

const euros = (amount: number): Schema<'Money'> => ({ amount, currency: 'EUR' });
const names = async (paymentId: string): Promise<readonly string[]> =>
  (await payments.events(paymentId)).map(({ name }) => name);

describe('a payment', () => {
  test('is captured by one attempt, posted and told once', async () => {
    const paid = await payments.paid();
    expect(paid).toMatchObject({ state: 'captured', captured: euros(10_000), authorised: euros(10_000), flags: [] });
    expect(paid.attempts).toMatchObject([{ state: 'captured', provider: 'sandbox', amount: euros(10_000) }]);
    await payments.runEverything();
    expect(await payments.read(paid.id)).toEqual(paid);
    expect(await payments.books(paid.id)).toEqual({ provider_clearing: 10_000, customer_funds: -10_000 });
    expect(await payments.events(paid.id)).toEqual([{ name: 'captured', code: null, amount: 10_000 }]);
    expect(await payments.calls('charge', paid.attempts[0]?.id ?? '')).toBe(1);
  });

  test('that is declined can be tried again', async () => {
    const { paymentId } = await payments.request();
    const declined = await payments.pay(paymentId, 'decline');
    expect(declined).toMatchObject({ state: 'open', captured: euros(0) });
    expect(declined.attempts).toMatchObject([{ state: 'declined', declineCode: 'insufficient-funds' }]);
    expect(await payments.pay(paymentId)).toMatchObject({ state: 'captured' });
    expect(await names(paymentId)).toEqual(['declined', 'captured']);
    expect((await payments.start(paymentId)).body).toMatchObject({ code: 'nothing-to-pay' });
  });

  test('is asked for once per subject', async () => {
    const { paymentId, subjectId } = await payments.request();
    const again = await payments.portico.database.transaction((tx) =>
      payments.portico.portico.payments.requestPayment(tx, {
        subject: { kind: 'order', id: subjectId },
        customerId: payments.customerId,
        reference: 'other',
        amount: { amount: 5n, currency: 'EUR' },
        description: '',
      }),
    );
    expect(again).toEqual({ paymentId });
    expect(await payments.read(paymentId)).toMatchObject({ amountDue: euros(10_000) });
  });

  test.each(['delayed', 'reordered', 'lost', 'timeout', 'duplicate'] as const)(
    'that goes "%s" ends captured, once',
    async (behaviour) => {
      const begun = await payments.paid({ behaviour });
      await payments.runEverything();
      const paid = await payments.read(begun.id);
      expect(paid).toMatchObject({ state: 'captured', captured: euros(10_000), flags: [] });
      expect(await names(begun.id)).toEqual(['captured']);
      expect(await payments.books(begun.id)).toEqual({ provider_clearing: 10_000, customer_funds: -10_000 });
      expect(await payments.calls('charge', paid.attempts[0]?.id ?? '')).toBe(1);
    },
  );

  test('whose outcome is not known lets no other attempt start', async () => {
    const unknown = await payments.paid({ behaviour: 'timeout' });
    expect(unknown.attempts).toMatchObject([{ state: 'unknown', nextCheckAt: expect.any(String) as unknown }]);
    expect((await payments.start(unknown.id)).body).toMatchObject({ code: 'attempt-in-flight' });
  });

  test('of another amount than asked for is not settled, and a person is told', async () => {
    const begun = await payments.paid({ behaviour: 'wrong-amount' });
    await payments.runEverything();
    const flagged = await payments.read(begun.id);
    expect(flagged).toMatchObject({ state: 'open', captured: euros(0) });
    expect(flagged.flags).toContain('amount-mismatch');
    expect(await payments.books(begun.id)).toEqual({});
    expect(await payments.events(begun.id)).toContainEqual({
      name: 'flagged',
      code: 'amount-mismatch',
      amount: 10_001,
    });
    expect((await payments.start(begun.id)).body).toMatchObject({ code: 'attempt-in-flight' });
  });
});

describe('a page of the provider', () => {
  async function invited(): Promise<{ readonly payment: Schema<'Payment'>; readonly chargeId: string }> {
    const payment = await payments.paid({ behaviour: 'page' });
    const path = `/api/v1/payments/${payment.id}/attempts/${payment.attempts[0]?.id ?? ''}`;
    const { body } = await payments.buyer<Schema<'PaymentAttempt'>>('GET', path);
    expect(body).toMatchObject({ state: 'requires_action', action: { kind: 'redirect' } });
    return { payment, chargeId: body.action?.url?.split('#')[1] ?? '' };
  }
  const decide = (chargeId: string, decision: string) =>
    payments.buyer('POST', `/api/v1/sandbox/charges/${chargeId}/decision`, { decision });

  test('is paid there, and its message settles it', async () => {
    const { payment, chargeId } = await invited();
    expect((await decide(chargeId, 'pay')).body).toMatchObject({ state: 'captured' });
    expect((await decide(chargeId, 'decline')).body).toMatchObject({ code: 'sandbox-charge-decided' });
    await payments.portico.runJobs();
    expect(await payments.read(payment.id)).toMatchObject({ state: 'captured' });
  });

  test('is taken back at the provider before another attempt starts', async () => {
    const { payment, chargeId } = await invited();
    const path = `/api/v1/payments/${payment.id}/attempts/${payment.attempts[0]?.id ?? ''}/cancel`;
    expect((await payments.buyer('POST', path)).status).toBe(202);
    expect((await payments.start(payment.id)).body).toMatchObject({ code: 'attempt-in-flight' });
    await payments.portico.runJobs();
    expect((await decide(chargeId, 'pay')).body).toMatchObject({ code: 'sandbox-charge-decided' });
    expect(await payments.pay(payment.id)).toMatchObject({
      state: 'captured',
      attempts: [{ state: 'voided' }, { state: 'captured' }],
    });
  });

  test('that is paid while it is taken back is paid', async () => {
    const { payment, chargeId } = await invited();
    const path = `/api/v1/payments/${payment.id}/attempts/${payment.attempts[0]?.id ?? ''}/cancel`;
    await payments.buyer('POST', path);
    await decide(chargeId, 'pay');
    await payments.runEverything();
    expect(await payments.read(payment.id)).toMatchObject({ state: 'captured', captured: euros(10_000) });
    expect(await names(payment.id)).toEqual(['captured']);
  });
});

describe('what is given back', () => {
  const refund = (paymentId: string, amount: number) =>
    payments.staff('POST', `/api/v1/payments/${paymentId}/refunds`, { amount: euros(amount), reason: 'damaged' });

  test('is never more than was captured, however many ask at once', async () => {
    const paid = await payments.paid();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refund(paid.id, 1_000)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(10);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(10);
    expect(refused[0]?.body).toMatchObject({ code: 'refund-exceeds-captured' });
    await payments.runEverything();
    const given = await payments.read(paid.id);
    expect(given).toMatchObject({ state: 'refunded', refunded: euros(10_000), refundPending: euros(0) });
    expect(given.movements.filter(({ state }) => state === 'succeeded')).toHaveLength(10);
    for (const { id } of given.movements) expect(await payments.calls('refund', id)).toBe(1);
    expect(await payments.books(paid.id)).toEqual({});
  });

  test('whose answer is lost stays reserved until it is repaired', async () => {
    const paid = await payments.paid({ behaviour: 'refund-timeout' });
    await refund(paid.id, 10_000);
    await payments.portico.runJobs();
    expect(await payments.read(paid.id)).toMatchObject({
      refundPending: euros(10_000),
      movements: [{ state: 'unknown' }],
    });
    expect((await refund(paid.id, 1)).body).toMatchObject({ code: 'refund-exceeds-captured' });
    await payments.runEverything();
    expect(await payments.read(paid.id)).toMatchObject({ state: 'refunded', refundPending: euros(0) });
    expect(await names(paid.id)).toEqual(['captured', 'refunded']);
  });

  test('that fails later can be given back another time', async () => {
    const paid = await payments.paid({ behaviour: 'refund-fails' });
    await refund(paid.id, 4_000);
    await payments.runEverything();
    expect(await payments.read(paid.id)).toMatchObject({
      state: 'captured',
      refundPending: euros(0),
      flags: ['refund-failed'],
      movements: [{ state: 'failed' }],
    });
    expect(await names(paid.id)).toEqual(['captured', 'flagged', 'refund_failed']);
    expect((await refund(paid.id, 10_000)).status).toBe(202);
  });
});

describe('manual capture', () => {
  const capture = (paymentId: string, amount: number, releaseRest: boolean) =>
    payments.staff('POST', `/api/v1/payments/${paymentId}/captures`, {
      amount: euros(amount),
      releaseRest,
      reason: 'sent',
    });

  test('takes parts of what is held, and lets the rest go', async () => {
    const held = await payments.paid({ captureMode: 'manual' });
    expect(held).toMatchObject({ state: 'authorised', authorised: euros(10_000), captured: euros(0) });
    expect((await capture(held.id, 10_001, true)).body).toMatchObject({ code: 'capture-exceeds-authorised' });
    expect((await capture(held.id, 3_000, false)).status).toBe(202);
    await payments.runEverything();
    expect(await payments.read(held.id)).toMatchObject({ state: 'partly_captured', captured: euros(3_000) });
    await capture(held.id, 2_000, true);
    await payments.runEverything();
    expect(await payments.read(held.id)).toMatchObject({ authorised: euros(5_000), captured: euros(5_000) });
    expect(await payments.events(held.id)).toMatchObject([{ amount: 3_000 }, { amount: 2_000 }]);
    expect((await capture(held.id, 1, true)).body).toMatchObject({ code: 'capture-exceeds-authorised' });
  });

  test('lets go of everything', async () => {
    const held = await payments.paid({ captureMode: 'manual' });
    const path = `/api/v1/payments/${held.id}/void`;
    expect((await payments.staff('POST', path, { reason: 'not wanted' })).status).toBe(202);
    await payments.runEverything();
    expect(await payments.read(held.id)).toMatchObject({ state: 'open', authorised: euros(0) });
    expect(await names(held.id)).toEqual(['voided']);
    expect((await payments.staff('POST', path, { reason: 'again' })).body).toMatchObject({ code: 'nothing-to-void' });
  });
});
