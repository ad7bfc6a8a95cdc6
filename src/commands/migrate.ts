import { readConfig } from '../config.ts';
import { migrate } from '../database/migrate.ts';
import { openDatabases } from '../database/open.ts';
import { refuseArguments } from './command.ts';
import type { Command } from './command.ts';

export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'bring the database to the schema of this version',
  usage: `portico migrate

Applies every migration that is missing, the job queue's included. Several may run at once: they wait for each other.
Uses MIGRATION_DATABASE_URL, else DATABASE_URL, else the embedded PostgreSQL.`,
  async run(args) {
    refuseArguments('migrate', args);
    const databases = await openDatabases(readConfig(process.env));
    try {
      const { applied } = await migrate(databases.owner);
      for (const name of applied) console.log(`applied  ${name}`);
      console.log(applied.length === 0 ? 'The schema is current.' : `${applied.length} migrations applied.`);
      return 0;
    } finally {
      await databases.close();
    }
  },
};
