import { afterEach, beforeEach, describe } from '@jest/globals';
import { createSandboxEmailSender } from '../../adapters/email/sandbox.ts';
import { usualResilience, withResilience } from '../../adapters/resilience.ts';
import { createSandboxSmsSender } from '../../adapters/sms/sandbox.ts';
import { createSandboxInbox } from '../../src/contexts/platform/index.ts';
import { statement } from '../../src/database/transaction.ts';
import type { SandboxInbox } from '../../src/ports/sandbox-inbox.ts';
import type { MessageSender } from '../../src/ports/send-outcome.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { createTestDatabase } from '../../src/testing/database.ts';
import { testEmailSender } from './email-sender.suite.ts';
import type { SenderHarness, Trouble } from './message-sender.suite.ts';
import { testSmsSender } from './sms-sender.suite.ts';

const readInbox = statement<{ text: string; subject: string | null }>(
  'test.read_inbox',
  'select body as text, subject from platform.sandbox_messages where channel = $1 and address = $2 order by id',
);
const behave = statement(
  'test.behave',
  `update platform.sandbox_behaviours
   set fail_rate = $2, reject_rate = $3, lose_answer_rate = $4, send_delay_milliseconds = $5 where channel = $1`,
);

const settings: Readonly<Record<Trouble, readonly number[]>> = {
  none: [0, 0, 0, 0],
  fail: [1, 0, 0, 0],
  reject: [0, 1, 0, 0],
  'lose-answer': [0, 0, 1, 0],
  'fall-silent': [0, 0, 0, 60_000],
};

async function startSandbox<Message>(
  channel: 'sms' | 'email',
  adapter: (inbox: SandboxInbox) => MessageSender<Message>,
): Promise<SenderHarness<Message>> {
  const test = await createTestDatabase();
  return {
    sender: adapter(createSandboxInbox({ database: test.database, clock: systemClock })),
    received: async (recipient) => {
      const rows = await test.owner.query(readInbox, [channel, recipient]);
      return rows.map(({ text, subject }) => ({ text, subject: subject ?? undefined }));
    },
    behave: async (trouble) => {
      await test.owner.query(behave, [channel, ...settings[trouble]]);
    },
    close: () => test.close(),
  };
}

/** Registers a harness that is made afresh for each test. */
function each<Message>(start: () => Promise<SenderHarness<Message>>): () => SenderHarness<Message> {
  let harness: SenderHarness<Message> | undefined;
  beforeEach(async () => {
    harness = await start();
  });
  afterEach(() => harness?.close());
  return () => {
    if (harness === undefined) throw new Error('There is no harness outside a test.');
    return harness;
  };
}

describe('SMS through the sandbox', () => testSmsSender(each(() => startSandbox('sms', createSandboxSmsSender))));

describe('SMS through the sandbox behind its guards', () =>
  testSmsSender(
    each(() => startSandbox('sms', (inbox) => withResilience(createSandboxSmsSender(inbox), usualResilience))),
  ));

describe('e-mail through the sandbox', () =>
  testEmailSender(each(() => startSandbox('email', createSandboxEmailSender))));
