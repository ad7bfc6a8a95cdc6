import PostalMime from 'postal-mime';
import type { Email } from 'postal-mime';

/** What a mail server reports about one mail (RFC 3464). */
export interface Bounce {
  /** Where the report arrived, as the servers on its way wrote it down. */
  readonly arrivedAt: readonly string[];
  /** The envelope id that the mail was sent under, where servers repeat it. */
  readonly envelopeId: string | undefined;
  /** One per recipient of the mail. */
  readonly recipients: readonly BouncedRecipient[];
}

export interface BouncedRecipient {
  /** `failed`, `delayed`, `delivered`, `relayed`, `expanded`. */
  readonly action: string;
  /** Enhanced status code, such as `5.1.1`. */
  readonly status: string | undefined;
  /** What the server in question said. */
  readonly words: string;
}

/** Fields in which servers write down whom a mail was for; `To` is what the report itself says. */
const ARRIVALS = ['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to', 'x-forwarded-to', 'to'];
const STATUS_TYPES = ['message/delivery-status', 'message/global-delivery-status'];

type Fields = ReadonlyMap<string, string>;

/**
 * Reads a delivery status notification. Anything else that arrives at a return path, such as a note that somebody is on holiday, is
 * none; nor is what cannot be read.
 */
export async function readBounce(raw: Buffer): Promise<Bounce | undefined> {
  const mail = await parse(raw);
  const type = mail?.headers.find(({ key }) => key === 'content-type')?.value ?? '';
  const part = mail?.attachments.find(({ mimeType }) => STATUS_TYPES.includes(mimeType));
  if (mail === undefined || part === undefined || !/^\s*multipart\/report\b/i.test(type)) return undefined;
  const [message, ...recipients] = await readGroups(part.content);
  return {
    arrivedAt: mail.headers
      .filter(({ key }) => ARRIVALS.includes(key))
      .map(({ value }) => value.replace(/^.*<|>.*$/g, '')),
    envelopeId: message?.get('original-envelope-id'),
    recipients: recipients.map((fields) => ({
      action: (fields.get('action') ?? '').toLowerCase(),
      status: /^[245]\.\d{1,3}\.\d{1,3}/.exec(fields.get('status') ?? '')?.[0],
      words: fields.get('diagnostic-code') ?? '',
    })),
  };
}

async function parse(raw: Buffer | string): Promise<Email | undefined> {
  try {
    return await PostalMime.parse(raw, { attachmentEncoding: 'utf8' });
  } catch {
    // Deeper nested, or with longer headers, than any report is: a mail somebody made, not a server.
    return undefined;
  }
}

/** The first group of fields is about the mail, each further one about a recipient; they are written like headers. */
async function readGroups(content: unknown): Promise<readonly Fields[]> {
  const text = typeof content === 'string' ? content : '';
  const groups = text.split(/\r?\n[ \t]*(?:\r?\n)+/).filter((group) => group.trim() !== '');
  const read = await Promise.all(groups.map((group) => parse(`${group}\r\n\r\n`)));
  return read.map((fields) => new Map(fields?.headers.map(({ key, value }) => [key, value.trim()])));
}
