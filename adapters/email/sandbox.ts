import type { EmailSender } from '../../src/ports/email-sender.ts';
import type { SandboxInbox } from '../../src/ports/sandbox-inbox.ts';

/** A mail server without a network: mails land in the sandbox inbox, which also decides how badly the server behaves. */
export function createSandboxEmailSender(inbox: SandboxInbox): EmailSender {
  return {
    name: 'sandbox',
    deduplicates: true,
    send: ({ reference, to, subject, text }, { signal }) =>
      inbox.deliver({ channel: 'email', reference, address: to, subject, body: text }, { signal }),
  };
}
