import { createTransport } from 'nodemailer';
import type { SendMailOptions } from 'nodemailer';
import type { EmailMessage, EmailSender } from '../../src/ports/email-sender.ts';
import type { SendOutcome } from '../../src/ports/send-outcome.ts';
import { isOneAddress, notOneAddress, parseMailbox } from './mailbox.ts';
import type { ReturnPaths } from './return-path.ts';
import { saysNobodyIsThere, statusIn } from './smtp-status.ts';

export interface SmtpOptions {
  /** `smtp://user:password@host:587` or `smtps://…`; query parameters are nodemailer's options (`?requireTLS=true`). */
  readonly url: string;
  /** Who writes: `Portico <no-reply@example.org>`. */
  readonly from: string;
  /** Where servers report what they could not deliver. Absent: at the writer's own address, which nobody reads here. */
  readonly returnPaths?: ReturnPaths | undefined;
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
  /** Messages, by id, of which everything up to the final dot has been handed to a connection. */
  const written = new Set<string>();
  transport.use('stream', (mail, done) => {
    const messageId = String(mail.data.messageId);
    // Somebody reads the message only after the server has asked for it, and its end is where the final dot follows.
    mail.message.processFunc((message) => message.once('end', () => written.add(messageId)));
    done();
  });

  return {
    name: 'smtp',
    deduplicates: false,
    async send(message, { signal }) {
      if (!isOneAddress(message.to)) return notOneAddress;
      const messageId = messageIdOf(message.reference, options.from);
      if (signal.aborted) return { outcome: 'unavailable', code: 'aborted', detail: 'not begun' };
      try {
        await transport.sendMail({ ...composed(message, options), messageId, signal });
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

/** The Message-ID of the mail with this reference. */
export function messageIdOf(reference: string, from: string): string {
  const { address } = parseMailbox(from);
  return `<${reference}@${address.slice(address.lastIndexOf('@') + 1)}>`;
}

function composed(message: EmailMessage, { from, returnPaths }: SmtpOptions): SendMailOptions {
  const returnPath = returnPaths?.addressFor(message.reference);
  const envelopeId = returnPaths?.tokenFor(message.reference);
  return {
    from,
    to: { name: '', address: message.to },
    envelope: { from: returnPath ?? parseMailbox(from).address, to: [message.to] },
    // Asked of servers that can (RFC 3461): failures only, with the mail's headers instead of all of it.
    ...(envelopeId === undefined ? {} : { dsn: { id: envelopeId, return: 'headers', notify: 'failure' } }),
    subject: message.subject,
    text: message.text,
    ...(message.html === undefined ? {} : { html: message.html }),
    // Arrives as it was written: the default reflows long lines.
    textEncoding: 'quoted-printable',
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
    command,
    message = String(error),
  } = error as {
    code?: string;
    responseCode?: number;
    command?: string;
    message?: string;
  };
  // The envelope and the message are the two things a server refuses by its own answer, before or after the final dot.
  const answered = (code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode !== undefined;
  if (answered && responseCode >= 500) {
    // To MAIL FROM a server speaks of the sender.
    const gone = command !== 'MAIL FROM' && saysNobodyIsThere(statusIn(message), message);
    return {
      ...{ outcome: 'rejected', code: String(responseCode), detail: message },
      ...(gone ? { recipient: 'gone' } : {}),
    };
  }
  if (written && !answered) return { outcome: 'unknown', detail: message };
  return { outcome: 'unavailable', code: String(responseCode ?? code), detail: message };
}
