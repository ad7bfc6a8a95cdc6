import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../src/database/embedded.ts';

export interface BenchPostgres {
  /** Connects as the owner. */
  readonly url: string;
  /** Ends the server; nothing of it remains. */
  stop(): Promise<void>;
}

/** A fresh PostgreSQL as `npm start` embeds it, fsync on. @param settings of postgresql.conf that win over the usual ones */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<BenchPostgres> {
  const directory = await mkdtemp(path.join(tmpdir(), 'portico-bench-'));
  // As root the server runs as another account, which must be able to enter.
  await chmod(directory, 0o711);
  const postgres = await startEmbeddedPostgres({ directory, settings });
  return {
    url: postgres.url,
    async stop() {
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
