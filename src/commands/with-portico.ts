import { compose } from '../compose.ts';
import type { Portico } from '../compose.ts';
import { readConfig } from '../config.ts';
import { openDatabases } from '../database/open.ts';
import { createLogger } from '../telemetry/logs.ts';

/**
 * Composes a Portico that serves nothing and takes no jobs, for one piece of work of the command line; both are closed however
 * the work ends.
 *
 * @throws StartupError for settings or a database that a sentence explains, and what `work` throws.
 */
export async function withPortico<T>(
  work: (portico: Portico) => Promise<T>,
  { demo = false }: { readonly demo?: boolean } = {},
): Promise<T> {
  const config = readConfig(process.env);
  const databases = await openDatabases(config);
  try {
    const log = createLogger({ level: config.logLevel });
    const portico = await compose({ config, databases, log, api: false, jobs: false, demo });
    try {
      return await work(portico);
    } finally {
      await portico.stop();
    }
  } finally {
    await databases.close();
  }
}
