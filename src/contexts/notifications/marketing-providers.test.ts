import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { EmailSender } from '../../ports/email-sender.ts';
import type { SendOutcome } from '../../ports/send-outcome.ts';
import { accept, createNotificationScene } from './notifications.fixture.ts';
import type { NotificationScene } from './notifications.fixture.ts';
import type { LaneName } from './lane.ts';
import { sendMessages } from './send-messages.ts';

let scene: NotificationScene;
beforeAll(async () => {
  scene = await createNotificationScene();
});
beforeEach(() => scene.reset());
afterAll(() => scene.close());

interface TestSender extends EmailSender {
  readonly sent: string[];
}

function sender(name: string, carriesUnsubscribe: boolean, outcome?: SendOutcome): TestSender {
  const sent: string[] = [];
  return {
    ...{ name, carriesUnsubscribe, deduplicates: false, sent },
    send: (message) => {
      sent.push(message.subject);
      return Promise.resolve(outcome ?? accept(message));
    },
  };
}

async function drain(emailSenders: readonly EmailSender[], name: LaneName): Promise<void> {
  const { signal } = new AbortController();
  await sendMessages(scene.dependencies({ senders: [], emailSenders }), { channel: 'email', name }, { signal });
}

/** One mail of each class, named by it. */
async function queueMails(): Promise<void> {
  const mail = { channel: 'email', address: 'reader@example.com' } as const;
  await scene.queue([
    { ...mail, class: 'transactional', subject: 'transactional' },
    { ...mail, class: 'marketing', subject: 'marketing' },
  ]);
}

describe('marketing by e-mail', () => {
  test('passes by a provider that cannot carry the way out of it, while another can', async () => {
    await queueMails();
    const [bare, carrying] = [sender('bare', false), sender('carrying', true)];
    await drain([bare, carrying], 'bulk');
    await drain([bare, carrying], 'marketing');
    expect([bare.sent, carrying.sent]).toEqual([['transactional'], ['marketing']]);
  });

  test('waits for the one that can, rather than fail over to one that cannot', async () => {
    await queueMails();
    const down: SendOutcome = { outcome: 'unavailable', code: 'down', detail: '' };
    const [carrying, bare] = [sender('carrying', true, down), sender('bare', false)];
    await drain([carrying, bare], 'bulk');
    await drain([carrying, bare], 'marketing');
    expect([carrying.sent, bare.sent]).toEqual([['transactional', 'marketing'], ['transactional']]);
    expect((await scene.messages()).map(({ state }) => state).sort()).toEqual(['retry_wait', 'sent']);
  });

  test('goes through one that cannot where there is no other: its texts carry the link', async () => {
    await queueMails();
    const bare = sender('bare', false);
    await drain([bare], 'bulk');
    await drain([bare], 'marketing');
    expect(bare.sent).toEqual(['transactional', 'marketing']);
  });
});
