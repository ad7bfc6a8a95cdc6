import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from '../database/connect.ts';
import { describeSchema } from '../database/describe-schema.ts';
import { startEmbeddedPostgres } from '../database/embedded.ts';
import { migrate } from '../database/migrate.ts';
import { migrationsFolder } from '../database/migration-files.ts';

/** `npm run schema`: migrates an empty database and writes down what came out. */
const directory = mkdtempSync(path.join(tmpdir(), 'portico-schema-'));
chmodSync(directory, 0o711);
const server = await startEmbeddedPostgres({ directory, settings: { fsync: 'off' } });
try {
  await migrate(server.url);
  const owner = connect({ url: server.url, name: 'portico schema', size: 1, statementTimeout: 30_000 });
  const file = path.join(migrationsFolder, 'schema.txt');
  writeFileSync(file, await describeSchema(owner));
  await owner.close();
  console.log(`Wrote ${path.relative(process.cwd(), file)}; commit it together with its migration.`);
} finally {
  await server.stop();
  rmSync(directory, { recursive: true });
  rmSync(server.directory, { recursive: true, force: true });
}
