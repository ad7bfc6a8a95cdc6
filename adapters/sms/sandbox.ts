import type { SandboxInbox } from '../../src/ports/sandbox-inbox.ts';
import type { SmsSender } from '../../src/ports/sms-sender.ts';

/** A vendor without a network: messages land in the sandbox inbox, which also decides how badly the vendor behaves. */
export function createSandboxSmsSender(inbox: SandboxInbox): SmsSender {
  return {
    name: 'sandbox',
    deduplicates: true,
    send: ({ reference, to, text }, { signal }) =>
      inbox.deliver({ channel: 'sms', reference, address: to, body: text }, { signal }),
  };
}
