import type { Transaction } from '../../database/transaction.ts';
import type { Clock } from '../../shared/clock.ts';
import { newId } from '../../shared/id.ts';
import { recordedTrace } from '../../telemetry/tracing.ts';
import { callingCodeOf } from './calling-code.ts';
import { enqueueSending, enqueueWakeUps } from './jobs.ts';
import { laneOf } from './lane.ts';
import type { Lane } from './lane.ts';
import type { MessageRequest } from './message.ts';
import { insertMessages } from './queue-store.ts';
import { wordMessages } from './templates/wording.ts';

/** Messages per call that stand for all in a recorded trace: a file of 50,000 must not become 50,000 spans. */
const TRACED = 20;

const DEFAULT_LIFE_MILLISECONDS = 24 * 3600 * 1000;

/**
 * Stores messages and the jobs that send them in the caller's transaction: they exist if and only if it commits. Calls no
 * provider and refuses no message; whether one may leave is judged when it is about to.
 *
 * @returns how many were new: a known `dedupeKey` is the same message
 */
export async function queueMessages(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  asked: readonly MessageRequest[],
): Promise<number> {
  if (asked.length === 0) return 0;
  const requests = await wordMessages(tx, asked);
  const now = clock.now();
  const usualDeadline = new Date(now.getTime() + DEFAULT_LIFE_MILLISECONDS);
  const trace = recordedTrace();
  const created = await insertMessages(
    tx,
    requests.map((request, index) => ({
      id: request.id ?? newId(now.getTime()),
      dedupeKey: request.dedupeKey,
      channel: request.channel,
      class: request.class,
      address: request.address,
      subject: request.subject ?? null,
      body: request.text,
      html: request.html ?? null,
      category: request.category ?? null,
      templateVersionId: request.templateVersionId ?? null,
      sendAt: request.sendAt !== undefined && request.sendAt > now ? request.sendAt : null,
      userId: request.userId ?? null,
      groupId: request.groupId ?? null,
      country: request.channel === 'sms' ? callingCodeOf(request.address) : null,
      deadline: request.deadline ?? (request.sendAt === undefined ? usualDeadline : lifeFrom(request.sendAt, now)),
      traceparent: index < TRACED ? trace : null,
    })),
    now,
  );
  const immediate = created.filter(({ sendAt }) => sendAt === null);
  for (const { lane, count } of countByLane(immediate.map(laneOf))) await enqueueSending(tx, lane, count);
  const later = created.filter(({ sendAt }) => sendAt !== null);
  for (const { lane } of countByLane(later.map(laneOf))) {
    const moments = later.filter((message) => isOf(lane, message)).flatMap(({ sendAt }) => sendAt ?? []);
    await enqueueWakeUps(tx, lane, moments);
  }
  return created.length;
}

function isOf(lane: Lane, message: Parameters<typeof laneOf>[0]): boolean {
  const { channel, name } = laneOf(message);
  return channel === lane.channel && name === lane.name;
}

function countByLane(lanes: readonly Lane[]): Iterable<{ lane: Lane; count: number }> {
  const counts = new Map<string, { lane: Lane; count: number }>();
  for (const lane of lanes) {
    const key = `${lane.channel}:${lane.name}`;
    counts.set(key, { lane, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return counts.values();
}

/** What is sent later lives as long, from that moment on. */
function lifeFrom(sendAt: Date, now: Date): Date {
  return new Date(Math.max(now.getTime(), sendAt.getTime()) + DEFAULT_LIFE_MILLISECONDS);
}
