import { connect, applicationRole } from '../../database/connect.ts';
import { startJobs } from '../../jobs/runner.ts';
import { createLogger } from '../../telemetry/logs.ts';
import { silentObserver } from './dependencies.ts';
import { rewardsOn } from './rewards.fixture.ts';
import { createRewardsTasks } from './tasks.ts';

// A worker as a process of its own, for tests that kill it: `node crediting-process.fixture.ts <database url>`. Prints one
// line for each chunk it has committed.
const [url = ''] = process.argv.slice(2);
const database = connect({ url, name: 'crediting', size: 4, statementTimeout: 30_000, role: applicationRole });
const owner = connect({ url, name: 'jobs', size: 4, statementTimeout: 30_000 });
const dependencies = {
  ...rewardsOn(database),
  observer: { ...silentObserver, chunkCredited: () => console.log('chunk') },
};
await startJobs({
  pool: owner.pool,
  bindings: createRewardsTasks(dependencies),
  schedule: [],
  concurrency: 2,
  database,
  log: createLogger({ level: 'silent' }),
});
console.log('ready');
