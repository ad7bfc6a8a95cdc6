/** `npm run bench`: every benchmark, one after the other, each in a process of its own. Arguments go to each. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const benches = ['http', 'bulk', 'sms', 'db', 'users', 'game', 'dashboard', 'teams', 'search', 'orders'];

const missed = benches.filter((name) => {
  console.log(`\n== bench:${name}`);
  const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  return spawnSync(process.execPath, [file, ...process.argv.slice(2)], { stdio: 'inherit' }).status !== 0;
});
if (missed.length > 0) {
  console.error(`\nFailed, or short of a target under --check: ${missed.join(', ')}.`);
  process.exitCode = 1;
}
