import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../src/database/embedded.ts';

export interface BenchPostgres {
  /** Connects as the owner. */
  readonly url: string;
  /** Ends the server; nothing of a fresh one remains. */
  stop(): Promise<void>;
}

/**
 * A PostgreSQL as `npm start` embeds it, fsync on.
 *
 * @param settings of postgresql.conf that win over the usual ones
 * @param kept the folder of one that stays, and is found again; default a fresh one, of which nothing remains
 */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
  kept?: string,
): Promise<BenchPostgres> {
  const directory = kept === undefined ? await mkdtemp(path.join(tmpdir(), 'portico-bench-')) : path.resolve(kept);
  await mkdir(directory, { recursive: true });
  // As root the server runs as another account, which must be able to enter.
  await chmod(directory, 0o711);
  const postgres = await startEmbeddedPostgres({ directory, settings });
  return {
    url: postgres.url,
    async stop() {
      await postgres.stop();
      if (kept === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}
