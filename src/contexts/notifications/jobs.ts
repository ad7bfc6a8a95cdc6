import type { Transaction } from '../../database/transaction.ts';
import { enqueue } from '../../jobs/enqueue.ts';
import { defineJob } from '../../jobs/queue.ts';
import type { Job } from '../../jobs/queue.ts';
import type { Lane, LaneName } from './lane.ts';
import type { Channel } from './message.ts';

/** How many messages one claim takes, and so for how many new messages one job is enqueued. */
export const BATCH = 500;

/** Says only "go on with this channel": the rows hold the work, so a lost or doubled job is harmless. */
export const sendMessagesJob = defineJob<{ channel: Channel }>('sendMessages');
export const sendMarketingMessagesJob = defineJob<{ channel: Channel }>('sendMarketingMessages');
export const sendOneTimeCodesJob = defineJob<{ channel: Channel }>('sendOneTimeCodes');
export const resendMessageJob = defineJob<{ messageId: string }>('resendMessage');

/** Runs for each `user.deleted`. */
export const eraseMessagesJob = defineJob<{ readonly userId: string; readonly phone?: string | null }>('eraseMessages');

export const forgetOldMessagesJob = defineJob<Record<string, never>>('forgetOldMessages');
export const recoverMessagesJob = defineJob<Record<string, never>>('recoverMessages');
export const checkDeliveriesJob = defineJob<Record<string, never>>('checkDeliveries');
export const settleMessagesJob = defineJob<Record<string, never>>('settleMessages');

const laneJobs: Readonly<Record<LaneName, Job<{ channel: Channel }>>> = {
  otp: sendOneTimeCodesJob,
  bulk: sendMessagesJob,
  marketing: sendMarketingMessagesJob,
};

/** Has due checks taken up at once; however many ask, one job waits. */
export async function enqueueChecks(tx: Transaction): Promise<void> {
  await enqueue(tx, checkDeliveriesJob, {}, { key: 'check-deliveries' });
}

/** Enqueues as many sendings as `count` new messages need. Takes no job key: writers never wait for each other. */
export async function enqueueSending(tx: Transaction, lane: Lane, count: number): Promise<void> {
  for (let jobs = Math.ceil(count / BATCH); jobs > 0; jobs -= 1) {
    await enqueue(tx, laneJobs[lane.name], { channel: lane.channel });
  }
}

/**
 * Enqueues a look at the lane for each of these moments. All moments within one second share a job, so that thousands of
 * retries cost a handful of jobs.
 */
export async function enqueueWakeUps(tx: Transaction, lane: Lane, moments: readonly Date[]): Promise<void> {
  const seconds = [...new Set(moments.map((moment) => Math.ceil(moment.getTime() / 1000)))].sort((a, b) => a - b);
  for (const second of seconds) {
    await enqueue(
      tx,
      laneJobs[lane.name],
      { channel: lane.channel },
      { key: `send:${lane.channel}:${lane.name}:${second}`, runAt: new Date(second * 1000) },
    );
  }
}
