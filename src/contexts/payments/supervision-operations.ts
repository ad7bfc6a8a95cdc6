import { reply } from '../../contract/handlers.ts';
import type { Handlers, Schema } from '../../contract/handlers.ts';
import { moneyBody } from '../../shared/money.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { pageOf } from '../../shared/cursor.ts';
import type { Dispute } from './disputes/dispute-store.ts';
import { listDisputes } from './disputes/dispute-store.ts';
import type { PaymentsDependencies } from './dependencies.ts';
import { findMessage, listMessages } from './inbox/inbox-store.ts';
import type { InboxMessage } from './inbox/inbox-store.ts';
import { applyMessageJob, reconcilePaymentsJob } from './jobs.ts';
import { requireOver } from './reconciliation/require-over.ts';
import { findReconciliation, listReconciliationRows } from './reconciliation/reconciliation-store.ts';
import type { Reconciliation } from './reconciliation/reconciliation-store.ts';

type SupervisionOperation =
  | 'listPaymentMessages'
  | 'redrivePaymentMessage'
  | 'listPaymentDisputes'
  | 'listPaymentReconciliations'
  | 'getPaymentReconciliation'
  | 'requestPaymentReconciliation';

/** What the staff see to: what providers told, what banks took back, and whether both sides have the same books. */
export function createSupervisionOperations(dependencies: PaymentsDependencies): Handlers<SupervisionOperation> {
  const { primary, cursors, enqueue, clock } = dependencies;
  return {
    listPaymentMessages: async ({ query: { state, paymentId, limit, cursor } }) => {
      const scope = { operation: 'listPaymentMessages', filters: { state, paymentId } };
      const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
      const rows = await listMessages(primary, { state, paymentId, after, limit: limit + 1 });
      const page = pageOf(rows, limit, ({ key, id }) => cursors.encode(scope, { key, id }));
      return reply('listPaymentMessages', { status: 200, body: { ...page, items: page.items.map(messageBody) } });
    },
    redrivePaymentMessage: async ({ path: { paymentMessageId: messageId } }, { tx }) => {
      const message = await findMessage(tx, messageId);
      if (message === undefined) throw notFound();
      await enqueue(tx, applyMessageJob, { messageId }, { key: `apply:${messageId}` });
      const headers = { Location: '/api/v1/payment-messages' };
      return reply('redrivePaymentMessage', { status: 202, headers, body: messageBody(message) });
    },
    listPaymentDisputes: async ({ query: { state, limit, cursor } }) => {
      const scope = { operation: 'listPaymentDisputes', filters: { state } };
      const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
      const rows = await listDisputes(primary, { state, after, limit: limit + 1 });
      const page = pageOf(rows, limit, ({ key, id }) => cursors.encode(scope, { key, id }));
      return reply('listPaymentDisputes', { status: 200, body: { ...page, items: page.items.map(disputeBody) } });
    },
    listPaymentReconciliations: async ({ query: { provider, limit, cursor } }) => {
      const scope = { operation: 'listPaymentReconciliations', filters: { provider } };
      const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
      const rows = await listReconciliationRows(primary, { provider, after, limit: limit + 1 });
      const page = pageOf(rows, limit, ({ day, id }) => cursors.encode(scope, { key: day, id }));
      const body = { ...page, items: page.items.map(reconciliationBody) };
      return reply('listPaymentReconciliations', { status: 200, body });
    },
    getPaymentReconciliation: async ({ path: { reconciliationId } }) => {
      const found = await findReconciliation(primary, reconciliationId);
      if (found === undefined) throw notFound();
      const body = { ...reconciliationBody(found), report: reportBody(found) };
      return reply('getPaymentReconciliation', { status: 200, body });
    },
    requestPaymentReconciliation: async ({ body: { date: day } }, { tx }) => {
      requireOver(clock, day);
      await enqueue(tx, reconcilePaymentsJob, { day }, { key: `reconcile-payments:${day}` });
      const headers = { Location: '/api/v1/payment-reconciliations' };
      return reply('requestPaymentReconciliation', { status: 202, headers, body: { date: day } });
    },
  };
}

function messageBody(message: InboxMessage): Schema<'PaymentMessage'> {
  const { id, provider, kind, source, receivedAt, state, attempts, lastError, paymentId, appliedAt } = message;
  return {
    ...{ id, provider, kind, source, state, attempts },
    receivedAt: receivedAt.toISOString(),
    ...(lastError === null ? {} : { lastError }),
    ...(paymentId === null ? {} : { paymentId }),
    ...(appliedAt === null ? {} : { appliedAt: appliedAt.toISOString() }),
  };
}

function disputeBody(dispute: Dispute): Schema<'PaymentDispute'> {
  const { id, provider, paymentId, amount, currency, state, reason, openedAt, closedAt } = dispute;
  return {
    ...{ id, provider, paymentId, state, reason },
    amount: moneyBody({ amount, currency }),
    openedAt: openedAt.toISOString(),
    ...(closedAt === null ? {} : { closedAt: closedAt.toISOString() }),
  };
}

function reconciliationBody(made: Reconciliation): Schema<'PaymentReconciliation'> {
  const { id, provider, day, outcome, detail, matched, oursOnly, theirsOnly, different, madeAt } = made;
  return {
    ...{ id, provider, outcome, matched, oursOnly, theirsOnly, different },
    date: day,
    ...(detail === null ? {} : { detail }),
    madeAt: madeAt.toISOString(),
  };
}

function reportBody({ report }: Reconciliation): Schema<'PaymentReconciliationReport'> {
  const list = (entries: Reconciliation['report']['oursOnly']) =>
    entries.map(({ operation, transactionId, currency, ours, theirs, paymentId }) => ({
      ...{ operation, transactionId, currency },
      ...(ours === null ? {} : { ours }),
      ...(theirs === null ? {} : { theirs }),
      ...(paymentId === null ? {} : { paymentId }),
    }));
  return {
    oursOnly: list(report.oursOnly),
    theirsOnly: list(report.theirsOnly),
    different: list(report.different),
    sums: [...report.sums],
  };
}
