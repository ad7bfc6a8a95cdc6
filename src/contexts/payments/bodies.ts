import { moneyBody } from '../../shared/money.ts';
import type { Attempt } from './attempts/attempt.ts';
import type { BuyerAction } from '../../ports/payments.ts';
import type { PaymentDetails } from './get-payment.ts';
import type { Movement } from './movements/movement.ts';
import { inCurrencyOf, stateOf } from './payment.ts';

// Domain to wire, one function per schema of openapi/payments.yaml. What is null here is absent there.

export function paymentBody({ payment, attempts, movements }: PaymentDetails) {
  const { id, subject, customerId, reference, description, captureMode, cancelledAt, createdAt, updatedAt } = payment;
  const money = (amount: bigint) => moneyBody(inCurrencyOf(payment, amount));
  return {
    ...{ id, subject, customerId, reference, description, captureMode },
    state: stateOf(payment),
    amountDue: money(payment.amountDue),
    authorised: money(payment.authorised),
    captured: money(payment.captured),
    refunded: money(payment.refunded),
    refundPending: money(payment.refundPending),
    flags: [...payment.flags],
    ...(cancelledAt === null ? {} : { cancelledAt: cancelledAt.toISOString() }),
    attempts: attempts.map((attempt) => attemptBody(attempt)),
    movements: movements.map((movement) => movementBody(movement, payment.currency)),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

/** @param action for its buyer only */
export function attemptBody(attempt: Attempt, action?: BuyerAction) {
  const { id, provider, amount, state, declineCode, expiresAt, nextCheckAt, createdAt, updatedAt } = attempt;
  return {
    ...{ id, provider, state },
    amount: moneyBody(inCurrencyOf(attempt, amount)),
    ...(action === undefined ? {} : { action: actionBody(action) }),
    ...(declineCode === null ? {} : { declineCode }),
    ...(expiresAt === null ? {} : { authorisedUntil: expiresAt.toISOString() }),
    ...(nextCheckAt === null ? {} : { nextCheckAt: nextCheckAt.toISOString() }),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

function actionBody(action: BuyerAction) {
  switch (action.kind) {
    case 'redirect':
    case 'client_secret':
      return action;
    case 'challenge': {
      const fields = Object.entries(action.fields).map(([name, value]) => ({ name, value }));
      return { kind: 'challenge' as const, url: action.url, fields };
    }
  }
}

export function movementBody(movement: Movement, currency: string) {
  const { id, kind, amount, state, reason, failureCode, createdAt, endedAt } = movement;
  return {
    ...{ id, kind, state, reason },
    amount: moneyBody({ amount, currency }),
    ...(failureCode === null ? {} : { failureCode }),
    createdAt: createdAt.toISOString(),
    ...(endedAt === null ? {} : { endedAt: endedAt.toISOString() }),
  };
}
