import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { NumbersFile } from './file.ts';

export interface ImportState {
  readonly id: string;
  readonly status: string;
  readonly finishedAt?: string;
  readonly lines: number;
  readonly counts: { readonly credited: number };
  readonly messages: { readonly waiting: number; readonly total: number };
}

/** Speaks to the API as the staff that imports. */
export interface Staff {
  readonly url: string;
  readonly token: string;
}

export interface Imported {
  readonly id: string;
  /** Seconds from the last byte's leaving to the last credit. */
  readonly seconds: number;
  /** The part of them until the file was staged and answered with 202. */
  readonly staging: number;
  /** When the last number was credited, in milliseconds of the Unix epoch. */
  readonly finishedAt: number;
}

export async function createCampaign({ url, token }: Staff): Promise<string> {
  const answer = await fetch(`${url}/api/v1/bonus-campaigns`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'Bench',
      coins: 50,
      periodPolicy: 'once',
      messageTemplate: 'You got {coins} coins from {campaign}.',
      defaultRegion: 'IR',
    }),
  });
  if (answer.status !== 201) throw new Error(`The campaign was answered with ${answer.status}.`);
  return ((await answer.json()) as { readonly id: string }).id;
}

/**
 * Uploads a file and waits until all of it is credited. The clock starts when the last byte has been handed to the kernel: it
 * cannot be received earlier, so the figure is never better than the truth.
 */
export async function runImport(staff: Staff, campaignId: string, file: NumbersFile): Promise<Imported> {
  const call = request(`${staff.url}/api/v1/bonus-campaigns/${campaignId}/imports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${staff.token}`, 'content-type': 'text/csv' },
  });
  const answered = once(call, 'response') as Promise<[IncomingMessage]>;
  let lastByte = Number.NaN;
  call.on('finish', () => (lastByte = Date.now()));
  call.end(file.text);
  const [answer] = await answered;
  const staging = (Date.now() - lastByte) / 1_000;
  const accepted = JSON.parse(Buffer.concat(await answer.toArray()).toString()) as ImportState;
  if (answer.statusCode !== 202) throw new Error(`The upload was answered with ${answer.statusCode ?? 0}.`);
  const { counts, finishedAt } = await waitFor(staff, accepted.id, ({ status }) => status === 'finished');
  if (counts.credited !== file.credited) {
    throw new Error(`${counts.credited} were credited instead of ${file.credited}.`);
  }
  const finished = Date.parse(finishedAt ?? '');
  return { id: accepted.id, seconds: (finished - lastByte) / 1_000, staging, finishedAt: finished };
}

/** Waits until the messages of an import have left. @returns seconds from the last credit */
export async function waitForMessages(staff: Staff, { id, finishedAt }: Imported): Promise<number> {
  const { messages, counts } = await waitFor(staff, id, (state) => state.messages.waiting === 0);
  if (messages.total !== counts.credited) throw new Error('Not every credited user was told.');
  return (Date.now() - finishedAt) / 1_000;
}

async function waitFor(
  { url, token }: Staff,
  importId: string,
  reached: (state: ImportState) => boolean,
): Promise<ImportState> {
  for (;;) {
    const answer = await fetch(`${url}/api/v1/bonus-imports/${importId}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const state = (await answer.json()) as ImportState;
    if (reached(state)) return state;
    await pause(100);
  }
}
