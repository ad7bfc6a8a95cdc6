import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { SourceBroken } from '../../src/ports/number-source.ts';
import type { NumberSource, OfferedFile, SourceAnswer, SourceTrouble } from '../../src/ports/number-source.ts';
import { isPublicAddress, publicLookup } from './public-address.ts';

export interface HttpsOptions {
  /** May hold a user name and password. */
  readonly url: string;
  /** Bytes of one file at most. */
  readonly mostBytes: number;
  /** Milliseconds without a byte until it is given up. Default 30,000. */
  readonly silence?: number;
  /** Milliseconds that one file may take. Default 600,000. */
  readonly longest?: number;
  /** Certificates of authorities to trust instead of the usual ones. */
  readonly ca?: string;
}

/** What ends a look: the process, or its time. */
interface Ends {
  readonly signal: AbortSignal;
  readonly deadline: AbortSignal;
}

const MOST_REDIRECTS = 3;
/** Longer than any client keeps apart from "now". */
const LONGEST_RETRY_SECONDS = 86_400;

/**
 * One file at one HTTPS address, asked for with If-None-Match. It is followed to other places three times at most, over HTTPS
 * only, and away from its own origin neither with its credentials nor into a private network.
 */
export function createHttpsSource({
  url,
  mostBytes,
  silence = 30_000,
  longest = 600_000,
  ca,
}: HttpsOptions): NumberSource {
  const configured = new URL(url);
  const name = configured.pathname.split('/').findLast((part) => part !== '') ?? configured.hostname;

  async function ask(known: string | undefined, signal: AbortSignal, deadline: AbortSignal): Promise<SourceAnswer> {
    let target = configured;
    for (let redirects = 0; ; redirects += 1) {
      const answer = await call(target, known, AbortSignal.any([signal, deadline]));
      const { statusCode = 0, headers } = answer;
      if (![301, 302, 303, 307, 308].includes(statusCode)) return judge(answer, known, { signal, deadline });
      answer.destroy();
      const next = URL.parse(headers.location ?? '', target.href);
      if (redirects === MOST_REDIRECTS) return unavailable('redirect-refused', 'Too many redirects.');
      if (next?.protocol !== 'https:') return unavailable('redirect-refused', 'It leads away from HTTPS.');
      const host = next.hostname.replace(/^\[|\]$/g, '');
      if (next.origin !== configured.origin && isIP(host) !== 0 && !isPublicAddress(host)) {
        return unavailable('redirect-refused', 'It leads into a closed network.');
      }
      target = next;
    }
  }

  function call(target: URL, known: string | undefined, signal: AbortSignal): Promise<IncomingMessage> {
    const own = target.origin === configured.origin;
    const credentials = `${decodeURIComponent(configured.username)}:${decodeURIComponent(configured.password)}`;
    return new Promise((resolve, reject) => {
      const sent = request(`${target.origin}${target.pathname}${target.search}`, {
        headers: {
          accept: 'text/csv, text/plain;q=0.9, */*;q=0.1',
          'accept-encoding': 'identity',
          'user-agent': 'Portico',
          ...(known !== undefined && /^(W\/)?"/.test(known) ? { 'if-none-match': known } : {}),
        },
        // A connection of its own: five minutes later none would be left of it.
        agent: false,
        signal,
        timeout: silence,
        ...(own && configured.username !== '' ? { auth: credentials } : {}),
        ...(own ? {} : { lookup: publicLookup }),
        ...(ca === undefined ? {} : { ca }),
      });
      let answer: IncomingMessage | undefined;
      sent.on('response', (begun) => resolve((answer = begun)));
      sent.on('timeout', () => (answer ?? sent).destroy(new SourceBroken('timeout', `No byte for ${silence} ms.`)));
      sent.on('error', reject);
      sent.end();
    });
  }

  function judge(answer: IncomingMessage, known: string | undefined, ends: Ends): SourceAnswer {
    const { statusCode = 0, headers } = answer;
    if (statusCode === 304) {
      answer.resume();
      return { outcome: 'offered', files: [] };
    }
    const refused = refusalOf(answer);
    if (refused !== undefined) {
      answer.destroy();
      return refused;
    }
    const version = headers.etag ?? headers['last-modified'] ?? '';
    if (version !== '' && version === known) {
      answer.destroy();
      return { outcome: 'offered', files: [] };
    }
    const modified = Date.parse(headers['last-modified'] ?? '');
    const file: OfferedFile = {
      name,
      version,
      modifiedAt: Number.isNaN(modified) ? undefined : new Date(modified),
      content: () => bytesOf(answer, ends),
      release: () => void answer.destroy(),
    };
    return { outcome: 'offered', files: [file] };
  }

  function refusalOf({ statusCode = 0, headers }: IncomingMessage): SourceAnswer | undefined {
    if (statusCode === 429 || statusCode >= 500) {
      return unavailable('busy', `It answered ${statusCode}.`, retryAfter(headers['retry-after']));
    }
    if (statusCode !== 200) return unavailable('denied', `It answered ${statusCode}.`);
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) {
      return unavailable('unframed', 'It says neither how long the file is nor where it ends.');
    }
    if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
      return unavailable('denied', 'It answered in an encoding nobody asked for.');
    }
    if (Number(headers['content-length'] ?? 0) > mostBytes) {
      return unavailable('too-large', `${headers['content-length'] ?? ''} bytes`);
    }
    return undefined;
  }

  async function* bytesOf(answer: IncomingMessage, { signal, deadline }: Ends): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    try {
      for await (const piece of answer as AsyncIterable<Buffer>) {
        bytes += piece.length;
        if (bytes > mostBytes) throw new SourceBroken('too-large', `More than ${mostBytes} bytes.`);
        yield piece;
      }
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof SourceBroken) throw cause;
      if (deadline.aborted) throw new SourceBroken('timeout', `Not whole after ${longest} ms.`, { cause });
      throw new SourceBroken('broken-off', `After ${bytes} bytes: ${codeOf(cause)}`, { cause });
    } finally {
      answer.destroy();
    }
  }

  return {
    kind: 'https',
    location: configured.origin,
    async poll(known, signal) {
      const deadline = AbortSignal.timeout(longest);
      try {
        return await ask(known.get(name), signal, deadline);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof SourceBroken) return unavailable(error.reason, error.message);
        if (deadline.aborted) return unavailable('timeout', `No answer within ${longest} ms.`);
        if (codeOf(error) === 'ECLOSED') return unavailable('redirect-refused', 'It leads into a closed network.');
        return unavailable('unreachable', codeOf(error));
      }
    },
  };
}

function unavailable(reason: SourceTrouble, detail: string, retryAfterSeconds?: number): SourceAnswer {
  return { outcome: 'unavailable', reason, detail, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
}

/** Seconds, or a date. */
function retryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1_000;
  return Number.isNaN(seconds) ? undefined : Math.min(LONGEST_RETRY_SECONDS, Math.max(0, Math.ceil(seconds)));
}

function codeOf(error: unknown): string {
  if (Error.isError(error) && 'code' in error && typeof error.code === 'string') return error.code;
  return Error.isError(error) ? error.message : String(error);
}
