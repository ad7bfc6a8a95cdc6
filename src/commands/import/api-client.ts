import { setTimeout as pause } from 'node:timers/promises';
import type { Schema } from '../../contract/handlers.ts';
import { StartupError } from '../../shared/startup-error.ts';

/** How the caller proves who it is: a token as it is, or credentials that get a new one whenever it runs out. */
export type Credentials = { readonly token: string } | { readonly email: string; readonly password: string };

/** A refusal that the server explained. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, problem: Partial<Schema<'Problem'>>) {
    const { title = `HTTP ${status}`, detail, errors = [], code = '', requestId } = problem;
    const wrong = errors.map(({ pointer, detail: what }) => ` ${pointer} ${what}.`).join('');
    super(
      `${title}${detail === undefined ? '.' : `: ${detail}`}${wrong}${requestId === undefined ? '' : ` (${requestId})`}`,
    );
    this.status = status;
    this.code = code;
  }
}

export interface CallOptions {
  readonly body?: object;
  readonly idempotencyKey?: string;
  readonly accept?: string;
  readonly signal: AbortSignal;
}

export interface ApiClient {
  readonly url: URL;
  /** `Bearer …`, logging in first when there is no token yet. */
  authorization(signal: AbortSignal): Promise<string>;
  /** Forgets the token: the next call logs in again, or says that a given one has run out. */
  renew(): void;
  /**
   * Calls an operation; connections that fail, 429, 5xx and a key in use are tried again for a while.
   *
   * @throws ApiProblem for a refusal; StartupError when the server can't be reached
   */
  call(method: 'GET' | 'POST', path: string, options: CallOptions): Promise<Response>;
}

const ATTEMPTS = 5;
const LONGEST_WAIT_SECONDS = 30;

export function createApiClient(url: URL, credentials: Credentials): ApiClient {
  let token = 'token' in credentials ? credentials.token : undefined;

  async function authorization(signal: AbortSignal): Promise<string> {
    if (token === undefined) {
      if ('token' in credentials) throw new StartupError('The token is wrong or has expired: get a new one.');
      ({ token } = await logIn(credentials, signal));
    }
    return `Bearer ${token}`;
  }

  async function logIn(
    { email, password }: { readonly email: string; readonly password: string },
    signal: AbortSignal,
  ): Promise<{ readonly token: string }> {
    try {
      const answer = await send('POST', '/api/v1/auth/login', { body: { email, password }, signal });
      return (await answer.json()) as { readonly token: string };
    } catch (error) {
      // Wrong credentials stay wrong: asking again would only lock the account.
      throw error instanceof Refused && error.problem.status === 401 ? error.problem : error;
    }
  }

  async function send(
    method: string,
    path: string,
    { body, idempotencyKey, accept = 'application/json', signal }: CallOptions,
    bearer?: string,
  ): Promise<Response> {
    const answer = await fetch(new URL(path, url), {
      method,
      redirect: 'error',
      signal,
      headers: {
        Accept: `${accept}, application/problem+json`,
        ...(bearer === undefined ? {} : { Authorization: bearer }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw await refusalOf(answer);
    return answer;
  }

  const client: ApiClient = {
    url,
    authorization,
    renew: () => void (token = undefined),
    async call(method, path, options) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await send(method, path, options, await authorization(options.signal));
        } catch (error) {
          options.signal.throwIfAborted();
          if (error instanceof StartupError || attempt === ATTEMPTS) throw explained(error, url);
          if (error instanceof Refused && error.problem.status === 401) {
            client.renew();
            continue;
          }
          await pause(waitBefore(error, attempt, url), undefined, { signal: options.signal });
        }
      }
    },
  };
  return client;
}

/** An answer that is no success, with what it says about waiting. */
class Refused extends Error {
  readonly problem: ApiProblem;
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: ApiProblem, retryAfterSeconds: number | undefined) {
    super(problem.message);
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

async function refusalOf(answer: Response): Promise<Refused> {
  const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN);
  return new Refused(problemOf(answer.status, await answer.text()), Number.isNaN(retryAfter) ? undefined : retryAfter);
}

/** The problem an answer's body tells, as well as it can be read. */
export function problemOf(status: number, text: string): ApiProblem {
  try {
    return new ApiProblem(status, JSON.parse(text) as Partial<Schema<'Problem'>>);
  } catch {
    // A gateway in between may answer with something else; the status still says enough.
    return new ApiProblem(status, {});
  }
}

/** Milliseconds to wait before trying again. @throws what trying again cannot mend */
function waitBefore(error: unknown, attempt: number, url: URL): number {
  if (error instanceof Refused) {
    const { status, code } = error.problem;
    if (status !== 429 && status < 500 && code !== 'idempotency-key-in-use') throw error.problem;
    return Math.min(error.retryAfterSeconds ?? attempt, LONGEST_WAIT_SECONDS) * 1_000;
  }
  // fetch reports every failure of the connection as a TypeError.
  if (error instanceof TypeError) return 250 * 2 ** attempt;
  throw explained(error, url);
}

function explained(error: unknown, url: URL): unknown {
  if (error instanceof Refused) return error.problem;
  return error instanceof TypeError ? unreachable(url, error) : error;
}

export function unreachable(url: URL, cause: unknown): StartupError {
  return new StartupError(
    `No Portico answers at ${url.origin}: start one with "npm start", or name another with --url.`,
    {
      cause,
    },
  );
}
