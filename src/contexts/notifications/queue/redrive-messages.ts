import type { Transaction } from '../../../database/transaction.ts';
import { closeDeadLetters } from '../../../jobs/dead-letters.ts';
import type { Clock } from '../../../shared/clock.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import { enqueueSending, resendMessageJob } from '../jobs.ts';
import { laneNames, laneOf } from '../lane.ts';
import { MessageModel } from '../models.ts';
import { problems } from '../problems.ts';
import { NEW_LIFE_MILLISECONDS } from '../resend-message.ts';
import { reviveMessages } from './redrive-store.ts';
import type { RedriveFilter } from './redrive-store.ts';

export interface Redrive {
  readonly filter: RedriveFilter;
  /** At most so many. */
  readonly limit: number;
  /** Who asks: stands on their dead letters. */
  readonly by: string;
}

interface Dependencies {
  readonly tx: Transaction;
  readonly clock: Clock;
}

/**
 * Sends dead messages again, with a new life of 24 hours and all checks, each once however many operators ask at the same
 * time. Their dead letters are closed with them, so that nobody redrives those as well.
 *
 * @returns how many
 */
export async function redriveMessages({ tx, clock }: Dependencies, { filter, limit, by }: Redrive): Promise<number> {
  const now = clock.now();
  const deadline = new Date(now.getTime() + NEW_LIFE_MILLISECONDS);
  const revived = await reviveMessages(tx, filter, { now, deadline, limit });
  const ids = revived.map(({ id }) => id);
  await closeDeadLetters(tx, { task: resendMessageJob.name, refs: ids, by });
  for (const channel of ['sms', 'email'] as const) {
    for (const name of laneNames) {
      const lane = { channel, name };
      const count = revived.filter((one) => one.channel === channel && laneOf(one).name === name).length;
      await enqueueSending(tx, lane, count);
    }
  }
  return revived.length;
}

/**
 * The same for one message.
 *
 * @throws Problem 404 `not-found`; 409 `message-not-redrivable`
 */
export async function redriveMessage(
  dependencies: Dependencies,
  { messageId, by }: { readonly messageId: string; readonly by: string },
): Promise<MessageModel> {
  const filter = { ...anyDead, ids: [messageId] };
  const redriven = await redriveMessages(dependencies, { filter, limit: 1, by });
  const message = await MessageModel.query(dependencies.tx.models).findById(messageId);
  if (message === undefined) throw notFound();
  if (redriven === 0) {
    throw new Problem(problems['message-not-redrivable'], {
      detail:
        message.state === 'dead'
          ? 'Its address is forgotten, or its code has expired, or another caller is redriving it.'
          : `It is ${message.state}; only what is dead is certainly not sent.`,
    });
  }
  return message;
}

/** Every dead message there is. */
export const anyDead: RedriveFilter = {
  ...{ ids: null, channel: null, class: null, provider: null, reason: null, groupId: null, from: null, to: null },
};
