import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { EmailMessage } from '../../src/ports/email-sender.ts';
import { testMessageSender } from './message-sender.suite.ts';
import type { MessageKind, SenderHarness } from './message-sender.suite.ts';

let mailboxes = 0;

export const emailMessages: MessageKind<EmailMessage> = {
  message: ({ reference, to, text }) => ({ reference, to, text, subject: 'Hello سلام' }),
  recipient: () => `reader${(mailboxes += 1)}@example.com`,
};

/** What every e-mail adapter must do. */
export function testEmailSender(harness: () => SenderHarness<EmailMessage>): void {
  testMessageSender(emailMessages, harness);
  const signal = new AbortController().signal;

  test('delivers the subject as it is', async () => {
    const to = emailMessages.recipient();
    await harness().sender.send({ ...emailMessages.message({ reference: randomUUID(), to, text: 'x' }) }, { signal });
    expect(await harness().received(to)).toMatchObject([{ subject: 'Hello سلام' }]);
  });

  test('line breaks in a subject add no header and no recipient', async () => {
    const [to, hidden] = [emailMessages.recipient(), emailMessages.recipient()];
    const subject = `Hello\r\nBcc: ${hidden}\r\n\r\nforged body`;
    await harness().sender.send({ reference: randomUUID(), to, subject, text: 'x' }, { signal });
    expect((await harness().received(to)).map(({ text }) => text)).toEqual(['x']);
    expect(await harness().received(hidden)).toEqual([]);
  });

  test('an address with a comma never becomes two recipients', async () => {
    const [first, second] = [emailMessages.recipient(), emailMessages.recipient()];
    const message = { reference: randomUUID(), to: `${first}, ${second}`, subject: 'x', text: 'x' };
    await harness().sender.send(message, { signal });
    expect(await harness().received(first)).toEqual([]);
    expect(await harness().received(second)).toEqual([]);
  });
}
