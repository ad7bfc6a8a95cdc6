import { setTimeout as pause } from 'node:timers/promises';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
}

/** What clients saw, over all rounds. */
export interface Seen {
  /** Requests by what came back: a status, or `no answer`. */
  readonly outcomes: Map<string, number>;
  /** Answers that no fault explains: they fail the run. */
  readonly unexplained: string[];
  slowest: number;
}

/** No request may take longer than this, whatever is broken. */
const LONGEST = 20_000;

/** What an outage may answer; anything else above 499 is a defect. */
const outage = new Set([502, 503, 504]);

/** A client as partners write them: it gives each request a time limit and repeats what stayed without an answer. */
export function createClient(url: string, seen: Seen) {
  const count = (outcome: string): void => void seen.outcomes.set(outcome, (seen.outcomes.get(outcome) ?? 0) + 1);

  /** @returns undefined when nothing, or nothing but an outage, came back: what became of the request is not known. */
  async function once({ method, path, token, headers = {}, body }: Call): Promise<Answer | undefined> {
    const startedAt = performance.now();
    try {
      const answer = await fetch(`${url}${path}`, {
        method,
        signal: AbortSignal.timeout(LONGEST),
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(typeof body === 'object' ? { 'content-type': 'application/json' } : {}),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      count(String(answer.status));
      if (answer.status >= 500) {
        if (!outage.has(answer.status)) seen.unexplained.push(`${method} ${path} answered ${answer.status}: ${text}`);
        else if (answer.headers.get('retry-after') === null) seen.unexplained.push(`${path}: 503 without Retry-After`);
        return undefined;
      }
      return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') {
        seen.unexplained.push(`${method} ${path} had no answer within ${LONGEST} ms`);
      }
      count('no answer');
      return undefined;
    } finally {
      seen.slowest = Math.max(seen.slowest, performance.now() - startedAt);
    }
  }

  return {
    once,
    /** Repeats the very same request until it is answered. @returns undefined when told to stop before */
    async untilAnswered(call: Call, stop: AbortSignal): Promise<Answer | undefined> {
      while (!stop.aborted) {
        const answer = await once(call);
        // 409 with a key: the first try is still being worked on. 429: come back.
        const again = answer === undefined || answer.status === 429 || isKeyInUse(answer);
        if (!again) return answer;
        await pause(50);
      }
      return undefined;
    },
  };
}

export type Client = ReturnType<typeof createClient>;

function isKeyInUse({ status, body }: Answer): boolean {
  return status === 409 && (body as { code?: string } | null)?.code === 'idempotency-key-in-use';
}
