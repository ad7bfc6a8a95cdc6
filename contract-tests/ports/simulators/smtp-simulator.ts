import type { Socket } from 'node:net';
import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerSession } from 'smtp-server';

/** How the server treats the mails to come. */
export type SmtpTrouble =
  | 'none'
  /** 550 to the sender. */
  | 'reject-sender'
  /** 550 to the recipient. */
  | 'reject-recipient'
  /** 554 to the whole message, after its final dot. */
  | 'reject-message'
  /** 451 to the recipient: come back later. */
  | 'defer-recipient'
  /** 452 to the whole message, after its final dot. */
  | 'defer-message'
  /** Cuts the connection when the recipient is named. */
  | 'drop-at-recipient'
  /** Takes the mail, then cuts the connection instead of answering. */
  | 'drop-after-dot'
  /** Takes the mail and never answers. */
  | 'fall-silent'
  /** Takes the mail, and answers when `release` is called. */
  | 'hold';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  /** What was asked of delivery notifications (RFC 3461). */
  readonly notifications: { readonly envelopeId: string | null; readonly wanted: readonly string[] };
}

/** A real SMTP server that takes mails into memory and fails as told. */
export interface SmtpSimulator {
  readonly url: string;
  readonly mails: readonly ReceivedMail[];
  trouble: SmtpTrouble;
  /** What is said with the 550 to sender or recipient. */
  refusal: string;
  /** Gives the answers that were held back. */
  release(): void;
  /** Connections accepted so far. */
  readonly connections: number;
  close(): Promise<void>;
}

function refusal(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

interface DsnEnvelope {
  readonly dsn?: { readonly envid?: string | null };
  readonly rcptTo: readonly { readonly dsn?: { readonly notify?: readonly string[] } }[];
}

function notificationsOf(session: SMTPServerSession): ReceivedMail['notifications'] {
  // The types of the library do not know what its option hideDSN shows.
  const envelope = session.envelope as unknown as DsnEnvelope;
  return {
    envelopeId: envelope.dsn?.envid ?? null,
    wanted: envelope.rcptTo.flatMap(({ dsn }) => dsn?.notify ?? []),
  };
}

export async function startSmtpSimulator(): Promise<SmtpSimulator> {
  const mails: ReceivedMail[] = [];
  const sockets = new Map<string, Socket>();
  const held: (() => void)[] = [];
  let trouble: SmtpTrouble = 'none';
  let words = 'No such mailbox';
  let connections = 0;
  const cut = (session: SMTPServerSession): void =>
    void sockets.get(`${session.remoteAddress}:${session.remotePort}`)?.destroy();

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    closeTimeout: 100,
    hideDSN: false,
    onMailFrom(_address, _session, done) {
      done(trouble === 'reject-sender' ? refusal(550, words) : undefined);
    },
    onRcptTo(_address, session, done) {
      if (trouble === 'reject-recipient') done(refusal(550, words));
      else if (trouble === 'defer-recipient') done(refusal(451, 'Try again later'));
      else if (trouble === 'drop-at-recipient') cut(session);
      else done();
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (trouble === 'reject-message') return done(refusal(554, 'Looks like spam'));
        if (trouble === 'defer-message') return done(refusal(452, 'Disk is full'));
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        mails.push({
          from,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString(),
          notifications: notificationsOf(session),
        });
        if (trouble === 'drop-after-dot') cut(session);
        else if (trouble === 'hold') held.push(done);
        else if (trouble !== 'fall-silent') done();
      });
    },
  });
  server.server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.set(`${socket.remoteAddress?.replace('::ffff:', '')}:${socket.remotePort}`, socket);
  });
  server.on('error', () => undefined);
  const listening = once(server.server, 'listening');
  server.listen(0, '127.0.0.1');
  await listening;
  const address = server.server.address();
  const port = typeof address === 'object' ? address?.port : undefined;

  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    get connections() {
      return connections;
    },
    release: () => {
      for (const answer of held.splice(0)) answer();
    },
    get refusal() {
      return words;
    },
    set refusal(next) {
      words = next;
    },
    get trouble() {
      return trouble;
    },
    set trouble(next) {
      trouble = next;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.values()) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
