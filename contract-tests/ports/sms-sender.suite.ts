import type { SmsMessage } from '../../src/ports/sms-sender.ts';
import { testMessageSender } from './message-sender.suite.ts';
import type { MessageKind, SenderHarness } from './message-sender.suite.ts';

let numbers = 0;

export const smsMessages: MessageKind<SmsMessage> = {
  message: ({ reference, to, text }) => ({ reference, to, text, validUntil: new Date(Date.now() + 60_000) }),
  recipient: () => `+98912${String((numbers += 1)).padStart(7, '0')}`,
};

/** What every SMS vendor's adapter must do. */
export function testSmsSender(harness: () => SenderHarness<SmsMessage>): void {
  testMessageSender(smsMessages, harness);
}
