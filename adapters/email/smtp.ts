import { Transform } from 'node:stream';
import { createTransport } from 'nodemailer';
import type { EmailMessage, EmailSender } from '../../src/ports/email-sender.ts';
import type { SendOutcome } from '../../src/ports/send-outcome.ts';

export interface SmtpOptions {
  /** `smtp://user:password@host:587` or `smtps://…`; query parameters are nodemailer's options (`?requireTLS=true`). */
  readonly url: string;
  /** Who writes: `Portico <no-reply@example.org>`. */
  readonly from: string;
  /** Connections kept open; as many mails are in flight at once. Default 5. */
  readonly connections?: number;
  /** Milliseconds for connecting, for the greeting, and for every answer. Default 10,000. */
  readonly timeoutMilliseconds?: number;
}

/**
 * Sends through any SMTP server. What it promises rests on one moment: while the message itself has not been written
 * completely, the server cannot have taken it; afterwards only the server's own answer tells.
 */
export function createSmtpEmailSender(options: SmtpOptions): EmailSender & { close(): void } {
  const timeout = options.timeoutMilliseconds ?? 10_000;
  const transport = createTransport({
    url: options.url,
    pool: true,
    maxConnections: options.connections ?? 5,
    maxMessages: Infinity,
    // A message put back into the pool's queue could be sent twice, unseen.
    maxRequeues: 0,
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    dnsTimeout: timeout,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const [, address = options.from] = /<([^<>]+)>\s*$/.exec(options.from) ?? [];
  const domain = address.slice(address.lastIndexOf('@') + 1);
  /** Messages, by id, of which everything up to the final dot has been handed to a connection. */
  const written = new Set<string>();
  transport.use('stream', (mail, done) => {
    const messageId = String(mail.data.messageId);
    mail.message.transform(
      () =>
        new Transform({
          transform: (chunk, _encoding, next) => next(null, chunk),
          flush: (next) => {
            written.add(messageId);
            next();
          },
        }),
    );
    done();
  });

  return {
    name: 'smtp',
    deduplicates: false,
    async send(message, { signal }) {
      const messageId = `<${message.reference}@${domain}>`;
      if (signal.aborted) return { outcome: 'unavailable', code: 'aborted', detail: 'not begun' };
      try {
        await transport.sendMail({ ...composed(message, options.from, address), messageId, signal });
        return { outcome: 'accepted', providerMessageId: messageId };
      } catch (error) {
        return outcomeOf(error, written.has(messageId));
      } finally {
        written.delete(messageId);
      }
    },
    close: () => transport.close(),
  };
}

function composed(message: EmailMessage, from: string, sender: string): object {
  return {
    from,
    to: { name: '', address: message.to },
    // Given apart from the header, so that an address with a comma can never become two recipients.
    envelope: { from: sender, to: [message.to] },
    subject: message.subject,
    text: message.text,
    headers: {
      'Auto-Submitted': 'auto-generated',
      ...(message.unsubscribeUrl === undefined
        ? {}
        : {
            'List-Unsubscribe': `<${message.unsubscribeUrl}>`,
            'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          }),
    },
  };
}

/**
 * @param written whether the final dot may have left
 */
function outcomeOf(error: unknown, written: boolean): SendOutcome {
  const {
    code = 'error',
    responseCode,
    message = String(error),
  } = error as {
    code?: string;
    responseCode?: number;
    message?: string;
  };
  // The envelope and the message are the two things a server refuses by its own answer, before or after the final dot.
  const answered = (code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode !== undefined;
  if (answered && responseCode >= 500) return { outcome: 'rejected', code: String(responseCode), detail: message };
  if (written && !answered) return { outcome: 'unknown', detail: message };
  return { outcome: 'unavailable', code: String(responseCode ?? code), detail: message };
}
