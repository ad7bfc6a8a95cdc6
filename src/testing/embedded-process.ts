/**
 * A process with an embedded PostgreSQL, for tests: `node embedded-process.ts <folder> <shelter>`. Prints the server's URL,
 * stops it when its own input ends, and prints the sentence of a failed start on standard error.
 */
import { once } from 'node:events';
import { startEmbeddedPostgres } from '../database/embedded.ts';

const [directory = '', shelter = ''] = process.argv.slice(2);
try {
  const server = await startEmbeddedPostgres({ directory, shelter });
  process.stdout.write(`${server.url}\n`);
  process.stdin.resume();
  await once(process.stdin, 'end');
  await server.stop();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}\n`);
  process.exitCode = 1;
}
