import { chooseProvider, readWillingness, shortestWait } from './choose-provider.ts';
import type { Willingness } from './choose-provider.ts';
import { claimMessages } from './claim-messages.ts';
import { refuseClaims, releaseClaims } from './claim-store.ts';
import type { ClaimedMessage } from './claim-store.ts';
import { BATCH, enqueueWakeUps } from './jobs.ts';
import type { Lane } from './lane.ts';
import type { Channel } from './message.ts';
import { REPORT_WAIT_MILLISECONDS } from './next-step.ts';
import { bucketOf } from './provider.ts';
import type { Provider } from './provider.ts';
import type { RecordDependencies } from './record-attempts.ts';
import { sendSlice, sliceSize } from './send-slice.ts';

/** How soon messages come back that a circuit, opening under way, kept from leaving. */
const CIRCUIT_WAIT_MILLISECONDS = 5_000;

export interface SendDependencies extends RecordDependencies {
  /** Per channel, in failover order. */
  readonly providers: Readonly<Record<Channel, readonly Provider[]>>;
}

/**
 * Sends what is due on one lane, batch by batch, until nothing is, nobody takes it, or the process shuts down. It comes
 * back by itself when something will be due again. May run several times at once, in any number of processes.
 */
export async function sendMessages(dependencies: SendDependencies, lane: Lane, signal: AbortSignal): Promise<void> {
  const { clock, database, limits } = dependencies;
  const providers = dependencies.providers[lane.channel];
  const batch = Math.min(BATCH, Math.max(...providers.map(({ name }) => bucketOf(name, lane, limits).capacity)));

  while (!signal.aborted) {
    const willingness = await readWillingness(database, lane, providers, limits);
    const pause = shortestWait(willingness);
    if (pause > 0) return wakeUp(dependencies, lane, later(clock.now(), pause));

    const { messages, due } = await claimMessages(dependencies, lane, batch);
    if (due === 0) return;
    const plan = planBatch(messages, willingness, clock.now());
    await giveUp(dependencies, plan.lost);
    await giveBack(dependencies, lane, plan.waiting);
    for (const [provider, group] of plan.groups) await sendGroup(dependencies, lane, provider, group, signal);
  }
  // This process takes no more; whoever runs next goes on at once.
  await wakeUp(dependencies, lane, clock.now());
}

interface Plan {
  readonly groups: ReadonlyMap<Provider, readonly ClaimedMessage[]>;
  readonly waiting: readonly { readonly id: string; readonly at: Date }[];
  /** Their provider is not configured any more, and no other one may be asked. */
  readonly lost: readonly string[];
}

function planBatch(messages: readonly ClaimedMessage[], willingness: readonly Willingness[], now: Date): Plan {
  const groups = new Map<Provider, ClaimedMessage[]>(willingness.map(({ provider }) => [provider, []]));
  const waiting: { id: string; at: Date }[] = [];
  const lost: string[] = [];
  for (const message of messages) {
    const way = chooseProvider(message, willingness);
    if (way.kind === 'lost') lost.push(message.id);
    else if (way.kind === 'wait') waiting.push({ id: message.id, at: later(now, way.milliseconds) });
    else groups.get(way.provider)?.push(message);
  }
  return { groups, waiting, lost };
}

async function sendGroup(
  dependencies: SendDependencies,
  lane: Lane,
  provider: Provider,
  messages: readonly ClaimedMessage[],
  signal: AbortSignal,
): Promise<void> {
  const { clock, limits } = dependencies;
  const providers = dependencies.providers[lane.channel];
  const next = providers[providers.indexOf(provider) + 1] ?? null;
  const bucket = bucketOf(provider.name, lane, limits);
  const expired: ClaimedMessage[] = [];

  let from = 0;
  while (from < messages.length) {
    const size = signal.aborted ? 0 : sliceSize(provider, bucket);
    if (size < 1) {
      const at = signal.aborted ? clock.now() : later(clock.now(), CIRCUIT_WAIT_MILLISECONDS);
      await giveBack(
        dependencies,
        lane,
        messages.slice(from).map(({ id }) => ({ id, at })),
      );
      break;
    }
    const slice = messages.slice(from, from + size);
    from += slice.length;
    const now = clock.now();
    expired.push(...slice.filter(({ deadline }) => deadline <= now));
    await sendSlice(
      dependencies,
      lane,
      { provider, next },
      slice.filter(({ deadline }) => deadline > now),
    );
  }
  // Their deadline passed while the batch was under way: the next claim says so.
  await giveBack(
    dependencies,
    lane,
    expired.map(({ id }) => ({ id, at: clock.now() })),
  );
}

async function giveBack(
  { database }: SendDependencies,
  lane: Lane,
  messages: readonly { readonly id: string; readonly at: Date }[],
): Promise<void> {
  if (messages.length === 0) return;
  await database.transaction(async (tx) => {
    await releaseClaims(tx, messages);
    await enqueueWakeUps(
      tx,
      lane,
      messages.map(({ at }) => at),
    );
  });
}

async function giveUp({ database, clock }: SendDependencies, ids: readonly string[]): Promise<void> {
  const now = clock.now();
  const wakeAt = later(now, REPORT_WAIT_MILLISECONDS);
  await refuseClaims(
    database,
    ids.map((id) => ({ id, state: 'unknown', reason: 'provider-gone', wakeAt })),
    now,
  );
}

async function wakeUp({ database }: SendDependencies, lane: Lane, at: Date): Promise<void> {
  await database.transaction((tx) => enqueueWakeUps(tx, lane, [at]));
}

function later(moment: Date, milliseconds: number): Date {
  return new Date(moment.getTime() + milliseconds);
}
