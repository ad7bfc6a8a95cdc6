/** What a provider's endpoint said: its status and the JSON object it answered with. */
export interface Answer {
  /** 0 when there was no answer, or none that is JSON. */
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** For operators: why there is none. */
  readonly detail: string;
}

interface Question {
  /** Sent as a form by POST; without it the question is a GET. */
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout?: number;
}

/** Answers of honest providers have a few kilobytes. */
const LARGEST = 256 * 1024;

/** Asks an endpoint that answers JSON. Never throws; follows no redirect, which would carry a secret elsewhere. */
export async function ask(url: string, { form, headers = {}, timeout = 5_000 }: Question = {}): Promise<Answer> {
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json', ...headers },
      redirect: 'error',
      signal: AbortSignal.timeout(timeout),
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    const parsed: unknown = JSON.parse(await readText(response));
    if (typeof parsed !== 'object' || parsed === null) return nothing(`HTTP ${response.status} without a JSON object`);
    const body = parsed as Readonly<Record<string, unknown>>;
    return { status: response.status, body, detail: `HTTP ${response.status}` };
  } catch (error) {
    const { name, cause } = error as Error & { cause?: { code?: unknown } };
    return nothing(typeof cause?.code === 'string' ? cause.code : name);
  }
}

const nothing = (detail: string): Answer => ({ status: 0, body: {}, detail });

async function readText(response: Response): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > LARGEST) throw new RangeError('answer too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
