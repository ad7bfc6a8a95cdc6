import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { MessageSender, SendOutcome } from '../../src/ports/send-outcome.ts';

/** What a vendor's simulator can be told to do to the next calls. */
export type Trouble = 'none' | 'reject' | 'fail' | 'lose-answer' | 'fall-silent';

/** One adapter with the other side of its wire in the test's hands. */
export interface SenderHarness<Message> {
  readonly sender: MessageSender<Message>;
  /** What the other side holds for this recipient, oldest first. */
  received(recipient: string): Promise<readonly { readonly text: string; readonly subject?: string | undefined }[]>;
  /** How the other side behaves from now on. */
  behave(trouble: Trouble): Promise<void>;
  close(): Promise<void>;
}

export interface MessageKind<Message> {
  message(fields: { readonly reference: string; readonly to: string; readonly text: string }): Message;
  /** A recipient nobody wrote to yet. */
  recipient(): string;
}

const never = new AbortController().signal;

/**
 * What every sender promises, whatever the channel. Run inside a `describe` whose hooks make and close the harness.
 *
 * @param harness gives the harness of the running test
 */
export function testMessageSender<Message>(kind: MessageKind<Message>, harness: () => SenderHarness<Message>): void {
  async function send(to: string, text: string, reference: string = randomUUID()): Promise<SendOutcome> {
    return harness().sender.send(kind.message({ reference, to, text }), { signal: never });
  }
  async function texts(recipient: string): Promise<string[]> {
    return (await harness().received(recipient)).map(({ text }) => text);
  }

  test('has a name that fits rows and metrics', () => {
    expect(harness().sender.name).toMatch(/^[a-z][a-z0-9-]{0,30}$/);
  });

  test.each(['Your code is 482913.', 'کد شما ۴۸۲۹۱۳ است', '5 € 🎉 {[~]}\nsecond line', 'x'.repeat(900)])(
    'delivers the text as it is: %j',
    async (text) => {
      const to = kind.recipient();
      const outcome = await send(to, text);
      expect(outcome).toMatchObject({ outcome: 'accepted', providerMessageId: expect.stringMatching(/^\S{1,200}$/) });
      expect(await texts(to)).toEqual([text]);
    },
  );

  test('sends a hundred at once, each to its own recipient and under its own id', async () => {
    const recipients = Array.from({ length: 100 }, () => kind.recipient());
    const outcomes = await Promise.all(recipients.map((to) => send(to, `for ${to}`)));
    const ids = outcomes.map((outcome) =>
      outcome.outcome === 'accepted' ? outcome.providerMessageId : outcome.outcome,
    );
    expect(new Set(ids).size).toBe(100);
    for (const to of recipients) expect(await texts(to)).toEqual([`for ${to}`]);
  });

  test('rejected: for good, with a code, and nothing arrives', async () => {
    await harness().behave('reject');
    const to = kind.recipient();
    expect(await send(to, 'x')).toMatchObject({ outcome: 'rejected', code: expect.stringMatching(/^\S+$/) });
    expect(await texts(to)).toEqual([]);
  });

  test('unavailable: certainly not sent, and well again afterwards', async () => {
    await harness().behave('fail');
    const to = kind.recipient();
    const outcome = await send(to, 'first');
    expect(['unavailable', 'throttled']).toContain(outcome.outcome);
    expect(await texts(to)).toEqual([]);
    await harness().behave('none');
    expect(await send(to, 'second')).toMatchObject({ outcome: 'accepted' });
    expect(await texts(to)).toEqual(['second']);
  });

  test('a lost answer is unknown; asked again under the same reference, a vendor that deduplicates sends once', async () => {
    await harness().behave('lose-answer');
    const [to, reference] = [kind.recipient(), randomUUID()];
    expect(await send(to, 'once', reference)).toMatchObject({ outcome: 'unknown' });
    expect(await texts(to)).toEqual(['once']);
    if (!harness().sender.deduplicates) return;
    await harness().behave('none');
    const again = await send(to, 'once', reference);
    expect(again).toMatchObject({ outcome: 'accepted' });
    expect(await send(to, 'once', reference)).toEqual(again);
    expect(await texts(to)).toEqual(['once']);
  });

  test('a call that was given up before it began is not made', async () => {
    const to = kind.recipient();
    const message = kind.message({ reference: randomUUID(), to, text: 'x' });
    const outcome = await harness().sender.send(message, { signal: AbortSignal.abort() });
    expect(['unavailable', 'throttled']).toContain(outcome.outcome);
    expect(await texts(to)).toEqual([]);
  });

  test('silence, given up after a while, is never called sent or rejected', async () => {
    await harness().behave('fall-silent');
    const message = kind.message({ reference: randomUUID(), to: kind.recipient(), text: 'x' });
    const outcome = await harness().sender.send(message, { signal: AbortSignal.timeout(200) });
    expect(['unknown', 'unavailable']).toContain(outcome.outcome);
  });
}
