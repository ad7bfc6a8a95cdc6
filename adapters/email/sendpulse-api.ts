import { callVendor, parseObject, textOf } from '../vendor-call.ts';
import type { VendorAnswer } from '../vendor-call.ts';

export interface SendpulseAccount {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Default: SendPulse's own. */
  readonly url?: string | undefined;
}

export interface SendpulseCall {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  readonly signal: AbortSignal;
  readonly traceparent?: string | undefined;
}

/** Calls the API with an access token, which is fetched once and kept. */
export type CallSendpulse = (call: SendpulseCall) => Promise<VendorAnswer>;

/** A token lives an hour; it is replaced a minute early. */
const LIFE_MARGIN_SECONDS = 60;

/** How to answer when no token could be had: nothing was asked of the API proper, so nothing was sent. */
const withoutToken = (answer: VendorAnswer): VendorAnswer =>
  answer.kind === 'answered' && answer.status >= 400 && answer.status < 500
    ? answer
    : { kind: 'not-sent', code: answer.kind === 'answered' ? `token-http-${answer.status}` : `token-${answer.code}` };

export function createSendpulseApi(account: SendpulseAccount): CallSendpulse {
  const { url = 'https://api.sendpulse.com' } = account;
  let token: { readonly value: string; readonly until: number } | undefined;
  let fetching: Promise<VendorAnswer | undefined> | undefined;

  /** @returns the refusal; undefined once there is a token. Many who ask at once share one request, bounded by its own time. */
  function authorize(): Promise<VendorAnswer | undefined> {
    fetching ??= fetchToken().finally(() => (fetching = undefined));
    return fetching;
  }

  async function fetchToken(): Promise<VendorAnswer | undefined> {
    const answer = await callVendor({
      method: 'POST',
      url: `${url}/oauth/access_token`,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({
        grant_type: 'client_credentials',
        client_id: account.clientId,
        client_secret: account.clientSecret,
      }),
      signal: AbortSignal.timeout(5_000),
    });
    const body = answer.kind === 'answered' ? parseObject(answer.text) : undefined;
    const value = textOf(body?.['access_token']);
    if (value === undefined) return withoutToken(answer);
    const seconds = Number(body?.['expires_in'] ?? 3_600);
    token = { value, until: performance.now() + Math.max(0, seconds - LIFE_MARGIN_SECONDS) * 1000 };
    return undefined;
  }

  return async ({ method, path, body, signal, traceparent }) => {
    if (signal.aborted) return { kind: 'not-sent', code: 'aborted' };
    for (let attempt = 1; ; attempt += 1) {
      if (token === undefined || token.until <= performance.now()) {
        const refusal = await authorize();
        if (refusal !== undefined) return refusal;
      }
      const used = token;
      const answer = await callVendor({
        method,
        url: `${url}${path}`,
        headers: {
          authorization: `Bearer ${used?.value ?? ''}`,
          'content-type': 'application/json',
          accept: 'application/json',
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal,
        traceparent,
      });
      // A token may end before its time; a fresh one that is refused as well is a matter of the account.
      if (answer.kind !== 'answered' || answer.status !== 401 || attempt > 1) return answer;
      if (token === used) token = undefined;
    }
  };
}
