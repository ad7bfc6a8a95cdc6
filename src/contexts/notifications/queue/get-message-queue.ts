import type { Database } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { laneOf } from '../lane.ts';
import type { LaneName } from '../lane.ts';
import type { Channel } from '../message.ts';
import { findOldestDue, sumQueue } from './queue-count-store.ts';
import type { QueueCount } from './queue-count-store.ts';

const WAITING: ReadonlySet<string> = new Set(['scheduled', 'queued', 'retry_wait']);

export interface QueueLane {
  readonly channel: Channel;
  readonly lane: LaneName;
  /** Which has waited longest since it was due; null when none is. */
  readonly messageId: string | null;
  readonly dueAt: Date | null;
  /** Messages that nobody is sending, due or not. */
  readonly waiting: number;
}

export interface MessageQueue {
  readonly asOf: Date;
  readonly counts: readonly QueueCount[];
  readonly lanes: readonly QueueLane[];
}

/** The whole queue at one moment: counts by state that equal the rows, and what has waited longest in each lane. */
export async function getMessageQueue({
  database,
  clock,
}: {
  readonly database: Database;
  readonly clock: Clock;
}): Promise<MessageQueue> {
  return database.transaction(
    async (tx) => {
      const asOf = clock.now();
      const counts = await sumQueue(tx);
      const lanes = (await findOldestDue(tx, asOf)).map(({ class: kind, channel, ...oldest }) => ({
        ...oldest,
        channel,
        lane: laneOf({ channel, class: kind }).name,
        waiting: counts
          .filter((one) => WAITING.has(one.state) && one.channel === channel && one.class === kind)
          .reduce((total, { count }) => total + count, 0),
      }));
      return { asOf, counts, lanes };
    },
    { readOnly: true, isolation: 'repeatable read' },
  );
}
