import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Schema } from '../../contract/handlers.ts';
import { derivedId } from '../../shared/id.ts';
import { StartupError } from '../../shared/startup-error.ts';
import type { ApiClient } from './api-client.ts';
import { followImport } from './follow-import.ts';
import type { ImportOptions, NewCampaign } from './options.ts';
import type { ProgressDisplay } from './progress-display.ts';
import { summaryOf } from './summary.ts';
import { openFile, uploadFile } from './upload-file.ts';
import type { LocalFile } from './upload-file.ts';

type Campaign = Schema<'BonusCampaign'>;
type BonusImport = Schema<'BonusImport'>;

export interface Surroundings {
  readonly client: ApiClient;
  readonly display: ProgressDisplay;
  readonly print: (text: string) => void;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
  /** Told as soon as there is something that goes on without this program. */
  readonly onImport: (importId: string) => void;
}

/**
 * Uploads, watches and sums up. An import of the same file that is already there is watched instead of uploaded again.
 *
 * @returns the exit code: 0 finished, 3 cancelled
 */
export async function runImport(
  surroundings: Surroundings,
  { file, campaign }: { readonly file: string; readonly campaign: string | NewCampaign },
  { resume, again }: Pick<ImportOptions, 'resume' | 'again'>,
): Promise<number> {
  const { client, display, print, signal } = surroundings;
  const local = await openFile(file);
  const found = await findCampaign(client, campaign, local, signal);
  const earlier = again ? undefined : await findEarlier(client, found, local, signal);
  const begun = earlier ?? (await upload(surroundings, found, local));
  surroundings.onImport(begun.id);
  if (earlier !== undefined) print(`This file was uploaded at ${earlier.createdAt}: watching that import.`);
  if (begun.status === 'cancelled') {
    if (!resume)
      throw new StartupError(`Import ${begun.id} was cancelled: add --resume to go on with it.`, { exitCode: 3 });
    await client.call('POST', `/api/v1/bonus-imports/${begun.id}/resume`, { signal });
  }

  const state = await followImport(client, begun.id, { signal, onState: (current) => showImport(display, current) });
  display.end();
  print(summaryOf(state, await saveRejects(client, state, local, signal)));
  return state.status === 'finished' ? 0 : 3;
}

/** Stops crediting and tells where the import stands. */
export async function cancelImport({ client, print, signal }: Surroundings, importId: string): Promise<number> {
  const answer = await client.call('POST', `/api/v1/bonus-imports/${encodeURIComponent(importId)}/cancel`, { signal });
  print(summaryOf((await answer.json()) as BonusImport, null));
  return 0;
}

/** Names the campaign as it is now; a new one is made once for this file, so that repeating the command cannot pay twice. */
async function findCampaign(
  client: ApiClient,
  campaign: string | NewCampaign,
  { sha256 }: LocalFile,
  signal: AbortSignal,
): Promise<Campaign> {
  let id = campaign;
  if (typeof id !== 'string') {
    const idempotencyKey = derivedId('portico import', sha256, JSON.stringify(id));
    const created = await client.call('POST', '/api/v1/bonus-campaigns', { body: id, idempotencyKey, signal });
    ({ id } = (await created.json()) as Campaign);
  }
  const answer = await client.call('GET', `/api/v1/bonus-campaigns/${encodeURIComponent(id)}`, { signal });
  return (await answer.json()) as Campaign;
}

async function findEarlier(
  client: ApiClient,
  { id, currentWindowStart, periodPolicy }: Campaign,
  { sha256 }: LocalFile,
  signal: AbortSignal,
): Promise<BonusImport | undefined> {
  const answer = await client.call('GET', `/api/v1/bonus-campaigns/${id}/imports?sha256=${sha256}&limit=1`, { signal });
  const [newest] = ((await answer.json()) as Schema<'BonusImportPage'>).items;
  const wouldPayAgain = periodPolicy === 'once-per-window' && newest?.windowStart !== currentWindowStart;
  if (newest?.status === 'finished' && wouldPayAgain) {
    throw new StartupError(
      `This file was imported in the window of ${newest.windowStart} already: add --again to pay it in the one of ${currentWindowStart} too.`,
    );
  }
  return newest;
}

async function upload(
  { client, display, signal }: Surroundings,
  campaign: Campaign,
  file: LocalFile,
): Promise<BonusImport> {
  // The window is named, so that a repetition after a lost answer cannot fall into the next one and pay twice.
  const query = new URLSearchParams({ windowStart: campaign.currentWindowStart });
  const answer = await uploadFile(client, {
    file,
    path: `/api/v1/bonus-campaigns/${campaign.id}/imports?${query.toString()}`,
    signal,
    onProgress: (bytes) =>
      display.show({
        label: 'Upload',
        done: bytes,
        total: file.bytes,
        detail: `${kilobytes(bytes)} / ${kilobytes(file.bytes)}`,
      }),
  });
  return answer as BonusImport;
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000).toLocaleString('en')} kB`;
}

function showImport(display: ProgressDisplay, { lines, counts, messages }: BonusImport): void {
  const stage = (label: string, done: number, total: number) =>
    display.show({ label, done, total, detail: `${done.toLocaleString('en')} / ${total.toLocaleString('en')}` });
  stage('Crediting', lines - counts.remaining, lines);
  if (messages.total > 0) stage('Messages', messages.total - messages.waiting, messages.total);
}

/** Saves the refused lines beside the file. @returns where; null when there are none */
async function saveRejects(
  client: ApiClient,
  { id, counts }: BonusImport,
  file: LocalFile,
  signal: AbortSignal,
): Promise<string | null> {
  if (counts.malformed === 0) return null;
  const { dir, name } = path.parse(file.path);
  const target = path.join(dir, `${name}.rejects.csv`);
  const answer = await client.call('GET', `/api/v1/bonus-imports/${id}/rejects`, { accept: 'text/csv', signal });
  if (answer.body !== null) await writeFile(target, answer.body);
  return target;
}
