import { expect, test } from '@jest/globals';
import type { CaptureMode, PaymentProvider, ProviderFact, PushedMessage } from '../../src/ports/payments.ts';
import { newId } from '../../src/shared/id.ts';

/** How a buyer's bank takes a charge. */
export type BuyerConduct = 'pays' | 'declined' | 'acts';

/** A message as its provider sends it. */
export type SentMessage = Omit<PushedMessage, 'at'>;

/** A provider, with the other side of its wire in the test's hands. */
export interface PaymentsHarness {
  readonly provider: PaymentProvider;
  /**
   * Brings a payment about: starts it, and lets its buyer pay, be refused, or do nothing yet.
   *
   * @returns what the start answered, and the provider's name of the payment once it has one
   */
  start(
    attemptId: string,
    conduct: BuyerConduct,
    captureMode?: CaptureMode,
    amount?: bigint,
  ): Promise<{ readonly outcome: string; readonly providerRef: string | undefined }>;
  /** The message about a payment that succeeded. */
  message(attemptId: string): Promise<SentMessage>;
  /** Signs other bytes as the provider would, if it signs a time: at this one. */
  sign(raw: Buffer, at: Date): SentMessage;
  /** Whether signatures cover a time. */
  readonly timed: boolean;
  /** Loses the answer to the next call, which is done nevertheless; undefined: there is no network. */
  readonly loseAnswers?: (lost: boolean) => void;
  /** Refuses our credentials. */
  readonly refuseKeys?: (refused: boolean) => void;
  /** Moves of money that the other side knows, under a key. */
  effects(key: string): number | Promise<number>;
  /** What must stand in no outcome. */
  readonly secrets: readonly string[];
}

const currency = 'EUR';
const euros = (amount: bigint) => ({ amount, currency });
const call = { signal: new AbortController().signal };

/**
 * What every payment provider promises. Run inside a `describe` whose hooks make and close the harness.
 *
 * @param harness gives the harness of the running test
 */
export function testPaymentProvider(harness: () => PaymentsHarness): void {
  const fetched = async (reference: string, providerRef?: string) => {
    const found = await harness().provider.fetch({ reference, providerRef }, call);
    if (found.outcome !== 'found') throw new Error(JSON.stringify(found));
    return found.payment;
  };
  async function paid(captureMode: CaptureMode = 'automatic') {
    const reference = newId();
    const { providerRef } = await harness().start(reference, 'pays', captureMode);
    if (providerRef === undefined) throw new Error('not paid');
    return { reference, providerRef };
  }

  test('takes a payment once, and tells it by either name', async () => {
    const { reference, providerRef } = await paid();
    const payment = { reference, providerRef, state: 'captured', amount: euros(10_000n), captured: 10_000n };
    expect(await fetched(reference, providerRef)).toMatchObject(payment);
    expect(await fetched(reference)).toMatchObject(payment);
  });

  test('holds an amount until it is captured, in part or whole, and lets go of the rest', async () => {
    const { reference, providerRef } = await paid('manual');
    expect(await fetched(reference, providerRef)).toMatchObject({ state: 'authorised', captured: 0n });
    const part = harness().provider.capabilities.partialCapture === 'no' ? 10_000n : 4_000n;
    const command = { key: newId(), reference, providerRef, amount: euros(part), releaseRest: true };
    expect(await harness().provider.capture(command, call)).toMatchObject({ outcome: 'succeeded' });
    expect(await harness().provider.capture(command, call)).toMatchObject({ outcome: 'succeeded' });
    expect(await fetched(reference, providerRef)).toMatchObject({ state: 'captured', captured: part });
    expect(await harness().effects(command.key)).toBe(1);
  });

  test('lets go of what it holds, and then takes nothing more', async () => {
    const { reference, providerRef } = await paid('manual');
    const command = { key: newId(), reference, providerRef, amount: euros(10_000n) };
    expect(await harness().provider.void(command, call)).toMatchObject({ outcome: 'succeeded' });
    expect(await fetched(reference, providerRef)).toMatchObject({ state: 'voided', captured: 0n });
    const capture = { ...command, key: newId(), releaseRest: true };
    expect(await harness().provider.capture(capture, call)).toMatchObject({ outcome: 'declined', retryable: false });
  });

  test('gives back in parts, each once per key, and never more than was taken', async () => {
    const { reference, providerRef } = await paid();
    const refund = (key: string, amount: bigint) =>
      harness().provider.refund({ key, reference, providerRef, amount: euros(amount) }, call);
    const [first, second] = [newId(), newId()];
    const given = await refund(first, 6_000n);
    expect(given).toMatchObject({ outcome: 'succeeded', providerRef: expect.any(String) });
    expect(await refund(first, 6_000n)).toEqual(given);
    expect(await refund(second, 4_001n)).toMatchObject({ outcome: 'declined', retryable: false });
    expect(await refund(newId(), 4_000n)).toMatchObject({ outcome: 'succeeded' });
    expect(await harness().effects(first)).toBe(1);
    expect(await harness().effects(second)).toBe(0);
  });

  test('tells what moved, by the names of its messages', async () => {
    const from = new Date(Date.now() - 60_000);
    const { reference, providerRef } = await paid();
    const refund = { key: newId(), reference, providerRef, amount: euros(1_000n) };
    const given = await harness().provider.refund(refund, call);
    const listed = await harness().provider.list({ from, until: new Date(Date.now() + 60_000) }, call);
    if (listed.outcome !== 'listed') throw new Error(JSON.stringify(listed));
    const own = listed.transactions.filter((entry) => entry.providerRef === providerRef);
    expect(own).toHaveLength(2);
    expect(own).toContainEqual(
      expect.objectContaining({ operation: 'capture', transactionId: `${providerRef}@10000`, amount: euros(10_000n) }),
    );
    const refundRef = 'providerRef' in given ? given.providerRef : undefined;
    expect(own).toContainEqual(
      expect.objectContaining({ operation: 'refund', transactionId: refundRef, amount: euros(1_000n) }),
    );
    const past = { from: new Date(0), until: new Date(86_400_000) };
    expect(await harness().provider.list(past, call)).toMatchObject({ outcome: 'listed', transactions: [] });
  });

  test('knows nothing of a payment that was never asked for', async () => {
    expect(await harness().provider.fetch({ reference: newId() }, call)).toEqual({ outcome: 'not_found' });
  });

  test('tells who must act, and a refusal from the bank', async () => {
    expect(await harness().start(newId(), 'acts')).toMatchObject({ outcome: 'requires_action' });
    const reference = newId();
    const { outcome, providerRef } = await harness().start(reference, 'declined');
    expect(['declined', 'requires_action']).toContain(outcome);
    expect(await fetched(reference, providerRef)).toMatchObject({
      declineCode: expect.stringMatching(/^\S+$/) as unknown,
      captured: 0n,
    });
  });

  test('takes an amount of a currency without fractions as it is', async () => {
    const reference = newId();
    const outcome = await harness().provider.startPayment(
      {
        ...{ attemptId: reference, amount: { amount: 1_099n, currency: 'JPY' }, captureMode: 'automatic' },
        ...{ description: 'Заказ № 7', customerId: newId(), methodToken: undefined, returnUrl: undefined },
      },
      call,
    );
    expect(outcome).toMatchObject({ outcome: 'requires_action' });
  });

  describeMessages(harness);
  describeTrouble(harness);
}

function describeMessages(harness: () => PaymentsHarness): void {
  const judge = (message: SentMessage, at = new Date()) => harness().provider.parseWebhook({ ...message, at });
  function read(message: SentMessage): ProviderFact {
    const judged = judge(message);
    if (judged.verdict !== 'verified') throw new Error(judged.reason);
    return harness().provider.readMessage({ kind: judged.kind, stored: judged.stored });
  }
  async function told(): Promise<{ readonly reference: string; readonly message: SentMessage }> {
    const reference = newId();
    await harness().start(reference, 'pays');
    return { reference, message: await harness().message(reference) };
  }

  test('proves its messages, which tell the same fact under the same key however often', async () => {
    const { reference, message } = await told();
    expect(read(message)).toMatchObject({
      fact: 'payment',
      payment: { reference, state: 'captured', amount: euros(10_000n), captured: 10_000n },
    });
    const keys = [judge(message), judge(message)].map((judged) => 'dedupeKey' in judged && judged.dedupeKey);
    expect(keys[0]).toBe(keys[1]);
    const { message: other } = await told();
    expect(judge(other)).not.toMatchObject({ dedupeKey: keys[0] });
  });

  test('proves nothing for other bytes, another signature, or none', async () => {
    const { message } = await told();
    const changed = { ...message, raw: Buffer.from(message.raw.toString().replace('10', '11')) };
    for (const forged of [changed, { ...message, signature: undefined }, { ...message, signature: 'v1=00' }]) {
      expect(judge(forged)).toMatchObject({ verdict: 'rejected' });
    }
    const spaced = Buffer.concat([message.raw, Buffer.from(' ')]);
    expect(judge({ ...message, raw: spaced })).toMatchObject({ verdict: 'rejected' });
    expect(judge({ ...harness().sign(spaced, new Date()), kind: message.kind })).toMatchObject({ verdict: 'verified' });
  });

  test('believes a signed time within five minutes, either way', async () => {
    if (!harness().timed) return;
    const { message } = await told();
    const at = new Date();
    const signed = { ...harness().sign(message.raw, at), kind: message.kind };
    for (const seconds of [-299, 299]) {
      expect(judge(signed, new Date(at.getTime() + seconds * 1000))).toMatchObject({ verdict: 'verified' });
    }
    for (const seconds of [-302, 302]) {
      expect(judge(signed, new Date(at.getTime() + seconds * 1000))).toMatchObject({ verdict: 'rejected' });
    }
  });

  test('acknowledges in the words its program wants', () => {
    expect(harness().provider.acknowledge().status).toBe(200);
  });
}

function describeTrouble(harness: () => PaymentsHarness): void {
  test('a lost answer is unknown, and the same call again has no second effect', async () => {
    const { loseAnswers, provider } = harness();
    if (loseAnswers === undefined) return;
    const reference = newId();
    const { providerRef } = await harness().start(reference, 'pays');
    const refund = { key: newId(), reference, providerRef, amount: euros(10_000n) };
    loseAnswers(true);
    expect(await provider.refund(refund, call)).toMatchObject({ outcome: 'unknown' });
    loseAnswers(false);
    expect(await provider.refund(refund, call)).toMatchObject({ outcome: 'succeeded' });
    expect(await harness().effects(refund.key)).toBe(1);
  });

  test('refused keys are no refusal of the payment, and no secret is told', async () => {
    const { refuseKeys, provider, secrets } = harness();
    if (refuseKeys === undefined) return;
    const { providerRef } = await harness().start(newId(), 'pays');
    const refund = { key: newId(), reference: newId(), providerRef, amount: euros(1n) };
    refuseKeys(true);
    const outcome = await provider.refund(refund, call);
    expect(outcome).toMatchObject({ outcome: 'declined', retryable: true });
    expect(await provider.fetch({ reference: newId(), providerRef }, call)).toMatchObject({ outcome: 'unavailable' });
    refuseKeys(false);
    for (const secret of secrets) expect(JSON.stringify(outcome)).not.toContain(secret);
  });

  test('a call given up before it began is not made', async () => {
    const { provider } = harness();
    const aborted = { signal: AbortSignal.abort() };
    const refund = { key: newId(), reference: newId(), providerRef: '1', amount: euros(1n) };
    expect(await provider.refund(refund, aborted)).toMatchObject({ outcome: 'declined', retryable: true });
    expect(await harness().effects(refund.key)).toBe(0);
  });
}
