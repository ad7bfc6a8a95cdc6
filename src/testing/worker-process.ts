/**
 * A worker process for tests to kill: `node worker-process.ts <owner url>`. It runs `hang` jobs, which never end, and prints
 * the name each was given as soon as it is in the middle of it.
 */
import { applicationRole, connect } from '../database/connect.ts';
import { bindTask, defineJob } from '../jobs/queue.ts';
import { startJobs } from '../jobs/runner.ts';
import { createLogger } from '../telemetry/logs.ts';

const [url = ''] = process.argv.slice(2);
const shared = { url, size: 8, statementTimeout: 0 };
const hang = defineJob<{ name: string }>('hang');

await startJobs({
  pool: connect({ ...shared, name: 'doomed queue' }).pool,
  database: connect({ ...shared, name: 'doomed worker', role: applicationRole }),
  bindings: [
    bindTask(hang, async ({ name }) => {
      process.stdout.write(`${name}\n`);
      await new Promise(() => undefined);
    }),
  ],
  schedule: [],
  concurrency: 2,
  log: createLogger({ level: 'silent' }),
});
