import { setTimeout as pause } from 'node:timers/promises';
import type { Schema } from '../../contract/handlers.ts';
import type { ApiClient } from './api-client.ts';

type BonusImport = Schema<'BonusImport'>;

const RECONNECT_MILLISECONDS = 1_000;

/**
 * Watches an import over server-sent events until it has ended and its messages have left. Connects again whenever the
 * stream breaks or runs out; every event holds the whole state, so nothing is missed.
 *
 * @returns its last state
 * @throws ApiProblem for a refusal; StartupError when the server stays away
 */
export async function followImport(
  client: ApiClient,
  importId: string,
  { signal, onState }: { readonly signal: AbortSignal; readonly onState: (state: BonusImport) => void },
): Promise<BonusImport> {
  for (;;) {
    const answer = await client.call('GET', `/api/v1/bonus-imports/${importId}/events`, {
      accept: 'text/event-stream',
      signal,
    });
    try {
      for await (const { event, data } of readEvents(answer)) {
        const state = JSON.parse(data) as BonusImport;
        onState(state);
        if (event === 'finished') return state;
      }
    } catch (error) {
      signal.throwIfAborted();
      // fetch reports a broken stream as a TypeError; anything else is a defect.
      if (!(error instanceof TypeError)) throw error;
    }
    await pause(RECONNECT_MILLISECONDS, undefined, { signal });
  }
}

/** One server-sent event. */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

/** The events of a text/event-stream, as the HTML standard reads them (ids and retry times are of no use here). */
export async function* readEvents(answer: Response): AsyncGenerator<ServerSentEvent> {
  if (answer.body === null) return;
  let buffered = '';
  for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
    buffered += text;
    const blocks = buffered.split(/\r?\n\r?\n/);
    buffered = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = block.split(/\r?\n/).map(splitField);
      const data = fields.filter(([name]) => name === 'data').map(([, value]) => value);
      if (data.length === 0) continue;
      const event = fields.findLast(([name]) => name === 'event')?.[1] ?? 'message';
      yield { event, data: data.join('\n') };
    }
  }
}

function splitField(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
}
