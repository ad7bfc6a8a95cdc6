import { startHttpSimulator } from './http-simulator.ts';
import type { HttpSimulator, SimulatedAnswer, SimulatedRequest, WireTrouble } from './http-simulator.ts';

export const sendpulseAccount = { clientId: 'an id', clientSecret: 'a secret of SendPulse' };

export interface SendpulseMail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string | undefined;
  /** What the recipient's mail server said; 0 while it said nothing. */
  answerCode: number;
}

const tokenPath = '/oauth/access_token';

interface SentEmail {
  readonly subject: string;
  readonly text: string;
  /** Base64. */
  readonly html?: string;
  readonly from: { readonly name: string; readonly email: string };
  readonly to: readonly { readonly email: string }[];
}

/** SendPulse's SMTP service over HTTP, with tokens that end when a test says so. */
export interface SendpulseSimulator extends HttpSimulator {
  readonly mails: readonly SendpulseMail[];
  /** Tokens given out so far; the last one works until `endToken`. */
  tokens: number;
  endToken(): void;
  /** An event as its webhook would tell of this mail. */
  event(mail: SendpulseMail, event: string): object;
  /** Body of the next 422. */
  refusal: { readonly message: string; readonly error_code: number };
}

export async function startSendpulseSimulator(): Promise<SendpulseSimulator> {
  const mails: SendpulseMail[] = [];
  let valid = '';

  function giveToken({ body }: SimulatedRequest): SimulatedAnswer {
    const asked = JSON.parse(body) as Record<string, string>;
    const fits =
      asked['client_id'] === sendpulseAccount.clientId && asked['client_secret'] === sendpulseAccount.clientSecret;
    if (asked['grant_type'] !== 'client_credentials' || !fits) {
      return {
        status: 401,
        body: { error: 'invalid_client', error_code: 1, message: 'Client authentication failed.' },
      };
    }
    simulator.tokens += 1;
    valid = `token-${simulator.tokens}`;
    return { status: 200, body: { access_token: valid, token_type: 'Bearer', expires_in: 3_600 } };
  }

  function take({ body }: SimulatedRequest): SimulatedAnswer {
    const { email } = JSON.parse(body) as { email: SentEmail };
    const [recipient, ...more] = email.to;
    if (recipient === undefined || more.length > 0) throw new Error('one recipient');
    if (!/^[^\s,]+@[^\s,]+$/.test(recipient.email)) return { status: 422, body: { message: 'To', error_code: 11 } };
    if (email.from.email !== 'no-reply@portico.example')
      return { status: 422, body: { message: 'From', error_code: 10 } };
    if (email.text === '') return { status: 422, body: { message: 'Body', error_code: 13 } };
    const id = `pzkic9-0${mails.length.toString(36).padStart(5, 'a')}-fc`;
    const html = email.html === undefined ? undefined : Buffer.from(email.html, 'base64').toString();
    mails.push({ id, to: recipient.email, subject: email.subject, text: email.text, html, answerCode: 0 });
    return { status: 200, body: { result: true, id } };
  }

  function answer(request: SimulatedRequest, trouble: WireTrouble): SimulatedAnswer {
    const { method, path, headers } = request;
    if (method === 'POST' && path === tokenPath) return giveToken(request);
    if (headers.authorization !== `Bearer ${valid}`) return { status: 401, body: { message: 'Unauthorized' } };
    if (trouble === 'reject') return { status: 422, body: simulator.refusal };
    if (trouble === 'fail') return { status: 429, body: { message: 'Too many requests' } };
    if (trouble === 'too-fast') return { status: 422, body: { message: 'Sending is limited', error_code: 0 } };
    if (method === 'POST' && path === '/smtp/emails') return take(request);
    const mail = mails.find(({ id }) => path === `/smtp/emails/${id}`);
    if (method !== 'GET' || mail === undefined) return { status: 404, body: { message: 'Not found' } };
    return { status: 200, body: { id: mail.id, smtp_answer_code: mail.answerCode, tracking: { open: 0, click: 0 } } };
  }

  const simulator: SendpulseSimulator = Object.assign(
    await startHttpSimulator(answer, ({ path }) => path === tokenPath),
    {
      mails,
      tokens: 0,
      endToken: () => {
        valid = 'none';
      },
      event: ({ id, to }: SendpulseMail, event: string) =>
        /bounce/.test(event)
          ? { event, timestamp: 1_795_256_132, task_id: id, email: to }
          : { event, timestamp: 1_795_256_132, message_id: id, recipient: to },
      refusal: { message: 'Invalid recipient reader@example.com', error_code: 11 },
    },
  );
  return simulator;
}
