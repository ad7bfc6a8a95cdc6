import type { TestPortico } from './portico.ts';

/** What an operation answered; `body` is undefined where there is none. */
export interface ApiAnswer<Body> {
  readonly status: number;
  /** Empty when there is none. */
  readonly etag: string;
  readonly body: Body;
}

/** Calls the API as one caller. It says what the body is: whoever expects a refusal reads it as a `Problem`. */
export type CallApi = <Body>(
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<ApiAnswer<Body>>;

/** @example const call = createApiCaller(portico, portico.tokenFor('staff')) */
export function createApiCaller(portico: Pick<TestPortico, 'request'>, token: string): CallApi {
  return async <Body>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ApiAnswer<Body>> => {
    const answer = await portico.request(method, path, {
      token,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      etag: answer.headers.get('etag') ?? '',
      body: (text === '' ? undefined : JSON.parse(text)) as Body,
    };
  };
}

/** The same for answers that must succeed. @returns the body */
export async function succeed<Body>(answer: Promise<ApiAnswer<Body>>): Promise<Body> {
  const { status, body } = await answer;
  if (status >= 400) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}
