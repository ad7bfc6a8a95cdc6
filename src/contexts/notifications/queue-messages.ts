import type { Transaction } from '../../database/transaction.ts';
import type { Clock } from '../../shared/clock.ts';
import { newId } from '../../shared/id.ts';
import { recordedTrace } from '../../telemetry/tracing.ts';
import { callingCodeOf } from './calling-code.ts';
import { enqueueSending } from './jobs.ts';
import { laneOf } from './lane.ts';
import type { Lane } from './lane.ts';
import type { MessageRequest } from './message.ts';
import { insertMessages } from './queue-store.ts';

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
  requests: readonly MessageRequest[],
): Promise<number> {
  if (requests.length === 0) return 0;
  const now = clock.now();
  const usualDeadline = new Date(now.getTime() + DEFAULT_LIFE_MILLISECONDS);
  const trace = recordedTrace();
  const created = await insertMessages(
    tx,
    requests.map((request, index) => ({
      id: newId(now.getTime()),
      dedupeKey: request.dedupeKey,
      channel: request.channel,
      class: request.class,
      address: request.address,
      subject: request.subject ?? null,
      body: request.text,
      userId: request.userId ?? null,
      groupId: request.groupId ?? null,
      country: request.channel === 'sms' ? callingCodeOf(request.address) : null,
      deadline: request.deadline ?? usualDeadline,
      traceparent: index < TRACED ? trace : null,
    })),
    now,
  );
  for (const { lane, count } of countByLane(created.map(laneOf))) await enqueueSending(tx, lane, count);
  return created.length;
}

function countByLane(lanes: readonly Lane[]): Iterable<{ lane: Lane; count: number }> {
  const counts = new Map<string, { lane: Lane; count: number }>();
  for (const lane of lanes) {
    const key = `${lane.channel}:${lane.name}`;
    counts.set(key, { lane, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return counts.values();
}
