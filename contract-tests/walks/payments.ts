/** Payments that the walks act on; the sandbox provider is paid at once. */
import type { OperationId } from '../../src/contract/handlers.ts';
import { statement } from '../../src/database/transaction.ts';
import type { CaptureMode } from '../../src/ports/payments.ts';
import { newId } from '../../src/shared/id.ts';
import type { Foreign } from './foreign.ts';
import type { Person, World } from './world.ts';

let made = 0;

/** Something that a person owes 100 euro for. @returns its id */
export async function createPayment(
  world: World,
  who: Person,
  captureMode: CaptureMode = 'automatic',
): Promise<string> {
  const { portico } = world;
  const { paymentId } = await portico.database.transaction((tx) =>
    portico.portico.payments.requestPayment(tx, {
      subject: { kind: 'order', id: newId() },
      customerId: who.userId,
      reference: `WALK-${(made += 1)}`,
      amount: { amount: 10_000n, currency: 'EUR' },
      description: 'A walk',
      captureMode,
    }),
  );
  return paymentId;
}

/** @param method `sandbox-page` waits for its buyer */
export async function startAttempt(
  world: World,
  who: Person,
  method = 'sandbox-page',
): Promise<{ readonly paymentId: string; readonly attemptId: string }> {
  const paymentId = await createPayment(world, who);
  const { id: attemptId } = await world.call<{ id: string }>(who, 'POST', `/api/v1/payments/${paymentId}/attempts`, {
    body: { methodToken: method },
  });
  return { paymentId, attemptId };
}

/** @returns the id of a payment that is paid, or held until it is captured */
export async function paidPayment(world: World, captureMode: CaptureMode = 'automatic'): Promise<string> {
  const paymentId = await createPayment(world, world.admin, captureMode);
  const body = { methodToken: 'sandbox-ok' };
  await world.call(world.admin, 'POST', `/api/v1/payments/${paymentId}/attempts`, { body });
  await world.portico.runJobs();
  return paymentId;
}

/** Pays another payment, whose message enters the inbox. @returns the message's id */
export async function paymentMessage(world: World): Promise<string> {
  const paymentId = await paidPayment(world);
  const path = `/api/v1/payment-messages?paymentId=${paymentId}`;
  const { items } = await world.call<{ items: readonly { id: string }[] }>(world.staff, 'GET', path);
  return items[0]?.id ?? '';
}

/** A dispute about another payment, as its message would make it. */
export async function disputePayment(world: World): Promise<void> {
  const paymentId = await paidPayment(world);
  await world.portico.owner.query(dispute, [newId(), paymentId]);
}

/** Has another day of the past compared. */
export async function reconcilePayments(world: World): Promise<void> {
  await world.call(world.staff, 'POST', '/api/v1/payment-reconciliations', { body: reconciledDay() });
  await world.portico.runJobs();
}

let day = Date.parse('2024-01-01');
export function reconciledDay(): { readonly date: string } {
  day += 86_400_000;
  return { date: new Date(day).toISOString().slice(0, 10) };
}

const dispute = statement(
  'walks.dispute_payment',
  `insert into payments.disputes (id, provider, provider_ref, payment_id, attempt_id, amount_minor, currency, state, reason, opened_at)
   select $1::uuid, provider, $1::text, payment_id, id, amount_minor, currency, 'opened', 'fraudulent', now()
   from payments.attempts where payment_id = $2::uuid`,
);

export const refund = { amount: { amount: 1_000, currency: 'EUR' }, reason: 'a walk' };
export const capture = { ...refund, releaseRest: false };

const paymentOf: Foreign = {
  absent: async (world) => ({ as: world.stranger, path: { paymentId: await createPayment(world, world.user) } }),
};
const attemptOf: Foreign = {
  absent: async (world) => ({ as: world.stranger, path: await startAttempt(world, world.user) }),
};
const staffShare: Foreign = { shared: 'the staff of one installation see to all payments' };

/** Nobody finds what somebody else pays. */
export const inPayments = {
  listPayments: {
    leftOut: async (world) => ({
      ...{ as: world.stranger, owner: world.user },
      secret: await createPayment(world, world.user),
    }),
  },
  getPayment: paymentOf,
  startPaymentAttempt: paymentOf,
  getPaymentAttempt: attemptOf,
  cancelPaymentAttempt: attemptOf,
  capturePayment: staffShare,
  voidPayment: staffShare,
  refundPayment: staffShare,
  listPaymentMessages: staffShare,
  redrivePaymentMessage: staffShare,
  listPaymentDisputes: staffShare,
  listPaymentReconciliations: staffShare,
  getPaymentReconciliation: staffShare,
  requestPaymentReconciliation: staffShare,
} as const satisfies Partial<Record<OperationId, Foreign>>;

/** Why anybody may call these. */
export const openPayments = {
  recordSandboxPaymentEvent: 'the signature is the proof',
  recordStripeEvent: 'the signature of Stripe is the proof',
  recordCloudpaymentsNotification: 'the signature of CloudPayments is the proof',
  getSandboxCharge: 'who has the id of a charge is its buyer, as with the link of any pay page',
  completeSandboxCharge: 'who has the id of a charge is its buyer, as with the link of any pay page',
} as const;
