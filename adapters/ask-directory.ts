import type { VendorWatch } from '../src/ports/vendor-watch.ts';
import { callVendor, retryAfter } from './vendor-call.ts';
import { tamed } from './vendor-codes.ts';

/** `nothing` was found, and that is an answer. `configuration` needs a person: key, plan, quota. `retryable` ends by itself. */
type RefusalClass = 'nothing' | 'throttled' | 'configuration' | 'retryable';

/** A vendor's refusals: each code with its class and what it says, in our words, for the vendor's may hold what was asked. */
export type DirectoryCodes = Readonly<Record<string, readonly [RefusalClass, string]>>;

type Json = Readonly<Record<string, unknown>>;

/** A vendor of whom something is looked up: rates, places. It speaks JSON. */
export interface Directory<Found> {
  readonly vendor: string;
  readonly codes: DirectoryCodes;
  readonly watch: VendorWatch;
  /** Seconds to wait for a vendor that asks for a pause and does not say how long. */
  readonly usualPause: number;
  readonly parse: (text: string) => Json | undefined;
  /** The code of a refusal in the vendor's own words; undefined when it does not refuse. */
  readonly refusal: (body: Json | undefined, status: number) => string | undefined;
  /** What an answer holds; undefined when it is not what the documentation says. */
  readonly read: (body: Json) => Found | undefined;
}

export interface DirectoryQuestion {
  readonly url: string;
  readonly signal: AbortSignal;
  readonly traceparent?: string | undefined;
}

export type DirectoryAnswer<Found> =
  | { readonly outcome: 'found'; readonly found: Found }
  | { readonly outcome: 'nothing'; readonly detail: string }
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number }
  | { readonly outcome: 'unavailable'; readonly code: string; readonly detail: string };

/** Never throws, and nothing of the URL, which may hold a key and what is asked, gets into the answer. */
export async function askDirectory<Found>(
  { vendor, codes, watch, usualPause, parse, refusal, read }: Directory<Found>,
  { url, signal, traceparent }: DirectoryQuestion,
): Promise<DirectoryAnswer<Found>> {
  const headers = { accept: 'application/json' };
  const answer = await callVendor({ method: 'GET', url, headers, signal, traceparent });
  if (answer.kind !== 'answered') return unavailable(answer.code, 'no answer');
  const body = parse(answer.text);
  const code = refusal(body, answer.status);
  if (code === undefined) {
    const found = body && read(body);
    return found === undefined
      ? unavailable('unreadable', 'an answer of another form than documented')
      : { outcome: 'found', found };
  }
  const [kind, words] = (Object.hasOwn(codes, code) ? codes[code] : undefined) ?? ['unmapped', ''];
  const named = `${vendor}-${tamed(code)}`;
  switch (kind) {
    case 'nothing':
      return { outcome: 'nothing', detail: words };
    case 'throttled':
      return { outcome: 'throttled', retryAfterSeconds: retryAfter(answer.headers, usualPause) };
    case 'configuration':
      watch.misconfigured({ vendor, code: tamed(code) });
      return unavailable(named, words);
    case 'retryable':
      return unavailable(named, words);
    case 'unmapped':
      if (answer.status >= 500) return unavailable(named, 'the vendor is not well');
      watch.unmapped({ vendor, where: 'look-up', code: tamed(code) });
      return unavailable(named, 'nobody has mapped this code');
  }
}

function unavailable(code: string, detail: string): DirectoryAnswer<never> {
  return { outcome: 'unavailable', code, detail };
}
