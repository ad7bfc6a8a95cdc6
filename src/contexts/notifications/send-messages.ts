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
import { BATCH, enqueueWakeUps } from './jobs.ts';
import type { Lane } from './lane.ts';
import type { Channel } from './message.ts';
import { REPORT_WAIT_MILLISECONDS } from './next-step.ts';
import { bucketOf } from './provider.ts';
import type { Provider } from './provider.ts';
import { recordAttempts } from './record-attempts.ts';
import type { Answer, RecordDependencies } from './record-attempts.ts';
import type { Knocks } from './send-gate.ts';
import { sendSlice } from './send-slice.ts';

/** Calls under way per drain. Measured: beyond 100 a sender gets slower, not faster. */
const IN_FLIGHT = 100;
/** Attempts are begun for at least so many at once, if there are so many: one by one would cost a commit each. */
const SLICE = 50;
/** How soon messages come back that a circuit, opening under way, kept from leaving. */
const CIRCUIT_WAIT_MILLISECONDS = 5_000;

export interface SendDependencies extends RecordDependencies {
  /** Per channel, in failover order. */
  readonly providers: Readonly<Record<Channel, readonly Provider[]>>;
  /** Lets other processes see this one's circuits. */
  readonly noteCircuits: NoteCircuits;
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
export async function sendMessages(
  dependencies: SendDependencies,
  lane: Lane,
  { signal, knocks }: DrainOptions,
): Promise<void> {
  const { clock, database, limits } = dependencies;
  const providers = dependencies.providers[lane.channel];
  const batch = Math.min(BATCH, Math.max(...providers.map(({ name }) => bucketOf(name, lane, limits).capacity)));
  const flight = createFlight<Answer>(IN_FLIGHT, (answers) => recordAnswers(dependencies, lane, answers));
  const shutdown = aborted(signal);

  while (!signal.aborted) {
    knocks?.look();
    await dependencies.noteCircuits(lane.channel, providers);
    const willingness = await readWillingness(database, lane, providers, limits);
    const pause = shortestWait(willingness);
    if (pause > 0) {
      await wakeUp(dependencies, lane, later(clock.now(), pause));
      return flight.landed();
    }
    if (lane.name === 'bulk') await giveWay(await dependencies.pauseBulk(), signal);
    const { messages, due } = await claimMessages(dependencies, lane, batch);
    if (due > 0) {
      const plan = planBatch(messages, willingness, clock.now());
      await giveUp(dependencies, plan.lost);
      await giveBack(dependencies, lane, plan.waiting);
      for (const [provider, group] of plan.groups) {
        await sendGroup({ ...dependencies, flight }, { lane, provider, signal }, group);
      }
    } else if (flight.empty) {
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

async function recordAnswers(dependencies: SendDependencies, lane: Lane, answers: readonly Answer[]): Promise<void> {
  const providers = dependencies.providers[lane.channel];
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

async function sendGroup(
  dependencies: SendDependencies & { readonly flight: Flight<Answer> },
  { lane, provider, signal }: { readonly lane: Lane; readonly provider: Provider; readonly signal: AbortSignal },
  messages: readonly ClaimedMessage[],
): Promise<void> {
  const { clock, limits, flight } = dependencies;
  const bucket = bucketOf(provider.name, lane, limits);
  const expired: ClaimedMessage[] = [];

  for (let from = 0; from < messages.length;) {
    const room = await flight.room(Math.min(SLICE, messages.length - from));
    const size = signal.aborted ? 0 : Math.min(room, bucket.capacity, provider.admits());
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
      { provider, bucket },
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

async function giveWay(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds === 0) return;
  // A shutdown ends the pause; the batch that follows is claimed and given back.
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

function later(moment: Date, milliseconds: number): Date {
  return new Date(moment.getTime() + milliseconds);
}
