import { windowStartOf } from './bonus-campaign.ts';
import type { BonusCampaign } from './bonus-campaign.ts';
import { remainingLines } from './bonus-import.ts';
import type { ImportProgress } from './bonus-import.ts';
import type { ImportEvent } from './get-bonus-import-events.ts';
import type { WalletEntry } from './ledger-store.ts';
import type { SourcePoll } from './sources/bonus-source.ts';
import type { SourceStatus } from './sources/get-bonus-sources.ts';

/** A campaign as the contract words it. */
export function campaignBody(campaign: BonusCampaign, coinsGranted: number, now: Date) {
  const { id, name, coins, periodPolicy, windowSeconds, messageTemplate, smsTemplate } = campaign;
  const { defaultRegion, claimUntil, createdAt } = campaign;
  return {
    id,
    name,
    coins,
    periodPolicy,
    windowSeconds,
    currentWindowStart: windowStartOf(windowSeconds, now).toISOString(),
    messageTemplate,
    ...(smsTemplate === null ? {} : { smsTemplate }),
    defaultRegion,
    ...(claimUntil === null ? {} : { claimUntil: claimUntil.toISOString() }),
    coinsGranted,
    createdAt: createdAt.toISOString(),
  };
}

/** An import as the contract words it. */
export function importBody({ import: found, messages }: ImportProgress) {
  const { credited, pending, duplicate, malformed, expired } = found;
  const remaining = remainingLines(found);
  return {
    id: found.id,
    campaignId: found.campaignId,
    windowStart: found.windowStart.toISOString(),
    periodKey: found.periodKey,
    coins: found.coins,
    sha256: found.sha256,
    bytes: found.bytes,
    hasHeader: found.hasHeader,
    phoneColumn: found.phoneColumn,
    status: found.status,
    lines: found.lines,
    blankLines: found.blankLines,
    progressPercent: Math.floor(((found.lines - remaining) * 100) / found.lines),
    counts: { credited, pending, duplicate, malformed, expired, remaining },
    messages,
    createdAt: found.createdAt.toISOString(),
    ...(found.finishedAt === null ? {} : { finishedAt: found.finishedAt.toISOString() }),
  };
}

/** Events as text/event-stream words them. */
export async function* eventStream(events: AsyncIterable<ImportEvent>): AsyncGenerator<string> {
  for await (const { event, progress } of events) {
    yield `event: ${event}\ndata: ${JSON.stringify(importBody(progress))}\n\n`;
  }
}

export function walletEntryBody({ campaignName, createdAt, ...entry }: WalletEntry) {
  return {
    ...entry,
    ...(campaignName === null ? {} : { campaignName }),
    createdAt: createdAt.toISOString(),
  };
}

export function sourceBody({ source: { name, campaignId, source }, state }: SourceStatus) {
  return {
    name,
    campaignId,
    kind: source.kind,
    location: source.location,
    failures: state?.failures ?? 0,
    ...(state?.polledAt == null ? {} : { polledAt: state.polledAt.toISOString() }),
    ...(state?.retryAt == null ? {} : { retryAt: state.retryAt.toISOString() }),
  };
}

export function sourcePollBody({
  id,
  source,
  outcome,
  reason,
  detail,
  file,
  windowStart,
  importId,
  ...poll
}: SourcePoll) {
  return {
    id,
    source,
    outcome,
    ...(reason === null ? {} : { reason }),
    ...(detail === null ? {} : { detail }),
    ...(file === null ? {} : { file }),
    ...(windowStart === null ? {} : { windowStart: windowStart.toISOString() }),
    ...(importId === null ? {} : { importId }),
    beganAt: poll.beganAt.toISOString(),
    endedAt: poll.endedAt.toISOString(),
  };
}
