import { compose } from '../compose.ts';
import { readConfig } from '../config.ts';
import { demoAccounts } from '../contexts/identity/index.ts';
import { schemaState } from '../database/migrate.ts';
import { openDatabases } from '../database/open.ts';
import { seedDemo } from '../demo.ts';
import { StartupError } from '../shared/startup-error.ts';
import { createLogger } from '../telemetry/logs.ts';
import type { Command } from './command.ts';

export const seedCommand: Command = {
  name: 'seed',
  summary: 'load the demo accounts and people into the database',
  usage: `portico seed

Creates the demo accounts and 50,000 people with a verified phone and a wallet each. Safe to repeat: what exists stays.
"portico start" does the same on the embedded PostgreSQL. Never do it in production: the passwords are public.`,
  async run() {
    const config = readConfig(process.env);
    const databases = await openDatabases(config);
    try {
      const log = createLogger({ level: config.logLevel });
      const portico = await compose({ config, databases, log, api: false, jobs: false, demo: true });
      try {
        if ((await schemaState(portico.database)) === 'behind') {
          throw new StartupError('The database does not have the schema of this version: run "portico migrate" first.');
        }
        await seedDemo(portico, portico.database);
      } finally {
        await portico.stop();
      }
      console.log('The demo data are there. Accounts (e-mail, password):');
      for (const { email, password } of demoAccounts) console.log(`  ${email.padEnd(22)} ${password}`);
      return 0;
    } finally {
      await databases.close();
    }
  },
};
