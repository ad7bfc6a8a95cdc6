import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { chooseProvider, readWillingness, shortestWait } from './choose-provider.ts';
import type { Willingness } from './choose-provider.ts';
import { claimMessages } from './claim-messages.ts';
import { refuseClaims, releaseClaims } from './claim-store.ts';
import type { ClaimedMessage } from './claim-store.ts';
import type { NoteCircuits } from './circuit-store.ts';
import { createFlight } from './flight.ts';
import type { Flight } from './flight.ts';
import { BATCH, enqueueSending, enqueueWakeUps } from './jobs.ts';
import type { Lane } from './lane.ts';
import type { Channel } from './message.ts';
import { REPORT_WAIT_MILLISECONDS } from './next-step.ts';
import type { QuietPlan } from './preferences/quiet-hours.ts';
import { bucketOf, providersOf } from './provider.ts';
import type { Provider } from './provider.ts';
import { recordAttempts } from './record-attempts.ts';
import type { Answer, RecordDependencies } from './record-attempts.ts';
import { isDue } from './recovery-store.ts';
import type { Knocks } from './send-gate.ts';
import { beginSlice, callSlice } from './send-slice.ts';
import type { BegunCall } from './send-slice.ts';

/** Calls under way per drain. Measured: beyond 100 a sender gets slower, not faster. */
const IN_FLIGHT = 100;
/** Attempts are begun for so many at once, if there are so many: one by one would cost a commit each. */
const SLICE = 50;
/** Pauses between two batches at most: nothing waits for ever. */
const MOST_PAUSES = 5;
/** How soon messages come back that a circuit, opening under way, kept from leaving. */
const CIRCUIT_WAIT_MILLISECONDS = 5_000;

/** How soon marketing looks again by itself whether transactional messages have left; who ends their drain calls it. */
const MARKETING_WAIT_MILLISECONDS = 1_000;

export interface SendDependencies extends RecordDependencies {
  /** Per channel, in failover order. */
  readonly providers: Readonly<Record<Channel, readonly Provider[]>>;
  /** When people are left alone. */
  readonly quiet: QuietPlan;
  /** Lets other processes see this one's circuits. */
  readonly noteCircuits: NoteCircuits;
  /** Where the recipient of a marketing e-mail stops it. */
  readonly unsubscribeUrl: (messageId: string) => string;
  /** See `NotificationsDependencies.pauseBulk`. */
  readonly pauseBulk: () => Promise<number>;
}

export interface DrainOptions {
  /** When it aborts, nothing more is begun; what is under way ends. */
  readonly signal: AbortSignal;
  /** Others who want the same lane looked at while this drain waits for slow answers. */
  readonly knocks?: Knocks;
}

/**
 * Sends what is due on one lane, batch by batch, until nothing is, nobody takes it, or the process shuts down. It comes
 * back by itself when something will be due again. May run several times at once, in any number of processes.
 */
export async function sendMessages(dependencies: SendDependencies, lane: Lane, options: DrainOptions): Promise<void> {
  const { signal, knocks } = options;
  const { clock } = dependencies;
  const flight = createFlight<Answer>(IN_FLIGHT, (answers) => recordAnswers(dependencies, lane, answers));
  const shutdown = aborted(signal);

  let ahead: Promise<Batch> | undefined;
  while (!signal.aborted || ahead !== undefined) {
    const next = await (ahead ?? takeBatch(dependencies, lane, options));
    ahead = undefined;
    if (next.pause > 0) {
      await wakeUp(dependencies, lane, later(clock.now(), next.pause));
      return flight.landed();
    }
    if (next.due > 0) {
      // Where a batch was full there is more: it is claimed while this one is sent, for a claim takes as long as a call.
      if (next.full && !signal.aborted) ahead = takeBatch(dependencies, lane, options);
      // Whoever awaits it hears of a failure; nobody does when this batch fails first.
      ahead?.catch(() => undefined);
      await giveUp(dependencies, next.lost);
      await giveBack(dependencies, lane, next.waiting);
      for (const [provider, group] of next.groups) {
        await sendGroup({ ...dependencies, flight }, { lane, provider, signal }, group);
      }
    } else if (flight.empty) {
      if (lane.name === 'bulk') await handOver(dependencies, { ...lane, name: 'marketing' });
      return;
    } else {
      // Slow answers are no reason to let new messages wait; and what failed may be due for another provider by then.
      await Promise.race([flight.landed(), shutdown, ...(knocks === undefined ? [] : [knocks.next()])]);
    }
  }
  await flight.landed();
  // This process takes no more; whoever runs next goes on at once.
  await wakeUp(dependencies, lane, clock.now());
}

/** Claimed messages, and what becomes of each. */
interface Batch extends Plan {
  /** Milliseconds until this lane may be looked at again; above 0 nothing was claimed. */
  readonly pause: number;
  readonly due: number;
  /** As many were due as one claim takes. */
  readonly full: boolean;
}

async function takeBatch(dependencies: SendDependencies, lane: Lane, { signal, knocks }: DrainOptions): Promise<Batch> {
  const { clock, database, limits } = dependencies;
  const providers = providersOf(dependencies.providers[lane.channel], lane);
  const most = Math.min(BATCH, Math.max(...providers.map(({ name }) => bucketOf(name, lane, limits).capacity)));
  knocks?.look();
  await dependencies.noteCircuits(lane.channel, dependencies.providers[lane.channel]);
  const willingness = await readWillingness(database, lane, providers, limits);
  const pause = shortestWait(willingness);
  if (pause > 0) return { pause, due: 0, full: false, groups: new Map(), waiting: [], lost: [] };
  if (lane.name === 'marketing' && (await isDue(database, { ...lane, name: 'bulk' }, clock.now()))) {
    return { pause: MARKETING_WAIT_MILLISECONDS, due: 0, full: false, groups: new Map(), waiting: [], lost: [] };
  }
  if (lane.name !== 'otp') await giveWay(dependencies.pauseBulk, signal);
  const { messages, due } = await claimMessages(dependencies, lane, most);
  return { pause: 0, due, full: due >= most, ...planBatch(messages, willingness, clock.now()) };
}

async function recordAnswers(dependencies: SendDependencies, lane: Lane, answers: readonly Answer[]): Promise<void> {
  const providers = providersOf(dependencies.providers[lane.channel], lane);
  for (const [index, provider] of providers.entries()) {
    const own = answers.filter((answer) => answer.provider === provider);
    const next = providers[index + 1] ?? null;
    if (own.length > 0) await recordAttempts(dependencies, lane, { provider, next }, own);
  }
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

interface Destination {
  readonly lane: Lane;
  readonly provider: Provider;
  readonly signal: AbortSignal;
}

async function sendGroup(
  dependencies: SendDependencies & { readonly flight: Flight<Answer> },
  destination: Destination,
  messages: readonly ClaimedMessage[],
): Promise<void> {
  const { provider, lane } = destination;
  const bucket = bucketOf(provider.name, lane, dependencies.limits);
  const slices = beginSlices(dependencies, destination, messages, Math.min(SLICE, bucket.capacity));
  let ahead = slices.next();
  for (;;) {
    const slice = await ahead;
    if (slice.done === true) return;
    // The next attempts are written while these calls find their places.
    ahead = slices.next();
    ahead.catch(() => undefined);
    await callSlice(dependencies, bucket, slice.value);
  }
}

/** Writes the attempts of one slice after the other, as long as the provider and the process go on; returns the rest. */
async function* beginSlices(
  dependencies: SendDependencies,
  { lane, provider, signal }: Destination,
  messages: readonly ClaimedMessage[],
  most: number,
): AsyncGenerator<readonly BegunCall[]> {
  const { clock } = dependencies;
  const expired: ClaimedMessage[] = [];
  for (let from = 0; from < messages.length;) {
    const size = signal.aborted ? 0 : Math.min(most, provider.admits());
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
    yield await beginSlice(
      dependencies,
      provider,
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

/** What stood back for this lane goes on at once. */
async function handOver({ database, clock }: SendDependencies, lane: Lane): Promise<void> {
  if (await isDue(database, lane, clock.now())) await database.transaction((tx) => enqueueSending(tx, lane, 1));
}

/** A shutdown ends the pause; the batch that follows is claimed and given back. */
async function giveWay(pauseBulk: SendDependencies['pauseBulk'], signal: AbortSignal): Promise<void> {
  for (let pauses = 0; pauses < MOST_PAUSES && !signal.aborted; pauses += 1) {
    const milliseconds = await pauseBulk();
    if (milliseconds === 0) return;
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

function later(moment: Date, milliseconds: number): Date {
  return new Date(moment.getTime() + milliseconds);
}
