import { enqueue } from '../../jobs/enqueue.ts';
import { bindTask } from '../../jobs/queue.ts';
import type { ScheduledJob, TaskBinding } from '../../jobs/queue.ts';
import { eraseMessages, forgetOldMessages } from './erase-messages.ts';
import { checkDeliveries } from './check-deliveries.ts';
import {
  checkDeliveriesJob,
  eraseMessagesJob,
  forgetOldMessagesJob,
  recoverMessagesJob,
  resendMessageJob,
  sendMarketingMessagesJob,
  sendMessagesJob,
  sendOneTimeCodesJob,
  settleMessagesJob,
} from './jobs.ts';
import type { LaneName } from './lane.ts';
import type { Channel } from './message.ts';
import { recoverMessages } from './recover-messages.ts';
import { resendMessage } from './resend-message.ts';
import { createSendGate } from './send-gate.ts';
import type { SendGate } from './send-gate.ts';
import { sendMessages } from './send-messages.ts';
import type { SendDependencies } from './send-messages.ts';
import { settleMessages } from './settle-messages.ts';

export function createNotificationTasks(
  dependencies: SendDependencies & { readonly messageDays?: number },
): readonly TaskBinding[] {
  const gates: Readonly<Record<LaneName, Readonly<Record<Channel, SendGate>>>> = {
    otp: { sms: createSendGate(), email: createSendGate() },
    bulk: { sms: createSendGate(), email: createSendGate() },
    marketing: { sms: createSendGate(), email: createSendGate() },
  };
  const drain =
    (name: LaneName) =>
    ({ channel }: { channel: Channel }, { signal }: { signal: AbortSignal }): Promise<void> =>
      gates[name][channel]((knocks) => sendMessages(dependencies, { channel, name }, { signal, knocks }));

  return [
    bindTask(sendMessagesJob, drain('bulk')),
    bindTask(sendMarketingMessagesJob, drain('marketing')),
    bindTask(sendOneTimeCodesJob, drain('otp'), 'otp'),
    bindTask(resendMessageJob, ({ messageId }) => resendMessage(dependencies, messageId)),
    bindTask(eraseMessagesJob, (payload) => eraseMessages({ ...dependencies, enqueue }, payload)),
    bindTask(forgetOldMessagesJob, (_payload, { signal }) =>
      forgetOldMessages(dependencies, { days: dependencies.messageDays ?? 365, signal }),
    ),
    bindTask(checkDeliveriesJob, (_payload, { signal }) =>
      checkDeliveries({ ...dependencies, lookups: dependencies.lookups ?? [] }, { signal }),
    ),
    bindTask(recoverMessagesJob, () => recoverMessages(dependencies)),
    bindTask(settleMessagesJob, () => settleMessages(dependencies)),
  ];
}

export const notificationSchedule: readonly ScheduledJob[] = [
  { job: recoverMessagesJob, cron: '* * * * *' },
  { job: checkDeliveriesJob, cron: '* * * * *' },
  { job: forgetOldMessagesJob, cron: '27 4 * * *' },
  { job: settleMessagesJob, cron: '*/5 * * * *' },
];
