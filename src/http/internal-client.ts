import { routes } from '../contract/generated/routes.ts';
import type { Input, OperationId, Result } from '../contract/handlers.ts';
import { responseBreaches } from '../contract/validate-response.ts';
import { correlation } from '../telemetry/correlation.ts';

/** The body of a success. */
type BodyOf<O extends OperationId> = Result<O> extends { readonly body: infer Body } ? Body : undefined;

/** Reads from another process of this installation, as the contract says. Rejects when it cannot be had in time. */
export type AskInternal = <O extends OperationId>(
  operationId: O,
  query: Input<O> extends { readonly query: infer Query } ? Query : never,
) => Promise<BodyOf<O>>;

export interface InternalClientOptions {
  /** Where the process that hosts the operations is reached. */
  readonly url: string;
  /** Makes a token for one call. */
  readonly token: () => string;
  /** Milliseconds until an answer is given up: callers wait for it, some of them in a transaction. */
  readonly timeout: number;
}

export function createInternalClient({ url, token, timeout }: InternalClientOptions): AskInternal {
  return async (operationId, query) => {
    const route = routes.find((known) => known.operationId === operationId);
    if (route?.method !== 'GET') throw new Error(`${operationId} is not a question.`);
    const target = new URL(route.path, url);
    for (const [name, value] of Object.entries(query as Readonly<Record<string, unknown>>))
      target.searchParams.set(name, String(value));
    const current = correlation();
    const answer = await fetch(target, {
      headers: {
        authorization: `Bearer ${token()}`,
        ...(current && { 'x-correlation-id': current.correlationId, traceparent: current.traceparent }),
      },
      redirect: 'error',
      signal: AbortSignal.timeout(timeout),
    });
    const body: unknown = await answer.json();
    const mediaType = answer.headers.get('content-type')?.split(';')[0] ?? null;
    const headers = Object.fromEntries(answer.headers);
    const breaches = responseBreaches(route, { status: answer.status, headers, body, mediaType }, new Set());
    if (answer.status !== 200 || breaches.length > 0) {
      throw new Error(`${operationId} was answered with ${answer.status}: ${breaches.join('; ')}`);
    }
    return body as BodyOf<typeof operationId>;
  };
}
