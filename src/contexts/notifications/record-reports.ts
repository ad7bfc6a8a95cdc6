import type { Database, Transaction } from '../../database/transaction.ts';
import type { DeliveryReport } from '../../ports/delivery-report.ts';
import type { Clock } from '../../shared/clock.ts';
import { fillProviderMessageIds } from './attempt-store.ts';
import type { MessageState } from './message.ts';
import { REPORT_WAIT_MILLISECONDS } from './next-step.ts';
import type { SendingObserver } from './observer.ts';
import { suppressRecipientsOf } from './preferences/suppress-recipients.ts';
import {
  insertReports,
  lockMessageStates,
  lockProviderMessages,
  markReportsApplied,
  matchReports,
  moveReportedMessages,
  readWaitingReports,
} from './report-store.ts';
import type { ReportedStep, StoredReport } from './report-store.ts';
import { stateAfterReport } from './state-after-report.ts';

const SLICE = 100;

export interface ReportDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly observer: SendingObserver;
}

/**
 * Takes in delivery reports whose sender has been verified: stores each once and applies it, or keeps it until the send
 * call it belongs to has returned. Safe to repeat, in any order, from several processes at once.
 */
export async function recordReports(
  { database, clock, observer }: ReportDependencies,
  provider: string,
  reports: readonly DeliveryReport[],
): Promise<void> {
  for (let from = 0; from < reports.length; from += SLICE) {
    const slice = reports.slice(from, from + SLICE);
    const stored = await database.transaction((tx) => storeAndApply(tx, provider, slice, clock.now()));
    if (stored > 0) observer.reported({ provider, count: stored });
  }
}

async function storeAndApply(
  tx: Transaction,
  provider: string,
  reports: readonly DeliveryReport[],
  now: Date,
): Promise<number> {
  const ids = [...new Set(reports.map((report) => report.providerMessageId))];
  await lockProviderMessages(tx, provider, ids);
  const applied = await applyReports(tx, provider, reports, now);
  const fresh = await insertReports(tx, provider, applied, now);
  // One that is told again does not bring back what staff has lifted since.
  await suppressTold(
    tx,
    provider,
    applied.filter(({ eventKey }) => fresh.has(eventKey)),
    now,
  );
  return fresh.size;
}

/** Leaves the addresses alone that the reports speak of; of a message nobody knows yet, that waits with the report. */
async function suppressTold(
  tx: Transaction,
  provider: string,
  reports: readonly StoredReport[],
  now: Date,
): Promise<void> {
  const told = reports.flatMap(({ messageId, recipient, code = null }) =>
    messageId === null || recipient === undefined ? [] : [{ messageId, fate: recipient, provider, code }],
  );
  await suppressRecipientsOf(tx, told, now);
}

/**
 * Applies the reports that came too early for these messages. Call it with the provider's ids locked, after they were
 * written: then no report can be missed.
 */
export async function applyWaitingReports(
  tx: Transaction,
  provider: string,
  providerMessageIds: readonly string[],
  now: Date,
): Promise<void> {
  const waiting = await readWaitingReports(tx, provider, providerMessageIds);
  if (waiting.length === 0) return;
  const applied = await applyReports(tx, provider, waiting, now);
  const known = applied.filter((report) => report.messageId !== null);
  await markReportsApplied(tx, provider, known, now);
  await suppressTold(tx, provider, known, now);
}

async function applyReports(
  tx: Transaction,
  provider: string,
  reports: readonly DeliveryReport[],
  now: Date,
): Promise<readonly StoredReport[]> {
  const messages = await matchReports(tx, provider, reports);
  const before = await lockMessageStates(tx, [...new Set(messages.values())]);
  const after = new Map<string, MessageState>(before);
  const steps = new Map<string, ReportedStep>();

  for (const report of reports) {
    const messageId = messages.get(report.providerMessageId);
    const current = messageId === undefined ? undefined : after.get(messageId);
    if (messageId === undefined || current === undefined) continue;
    const next = stateAfterReport(current, report.state);
    if (next === current) continue;
    after.set(messageId, next);
    steps.set(messageId, { messageId, state: next, reason: next === 'delivered' ? null : (report.code ?? null) });
  }

  const wakeAt = new Date(now.getTime() + REPORT_WAIT_MILLISECONDS);
  await moveReportedMessages(tx, [...steps.values()], { now, wakeAt });
  await fillProviderMessageIds(
    tx,
    reports.flatMap(({ reference, providerMessageId }) => {
      const messageId = reference === undefined ? undefined : messages.get(providerMessageId);
      return messageId === undefined ? [] : [{ messageId, providerMessageId }];
    }),
  );
  return reports.map((report) => {
    const messageId = messages.get(report.providerMessageId) ?? null;
    const previousState = messageId === null ? null : (before.get(messageId) ?? null);
    return previousState === null
      ? { ...report, messageId: null, previousState: null }
      : { ...report, messageId, previousState };
  });
}
