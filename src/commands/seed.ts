import { demoAccounts } from '../contexts/identity/index.ts';
import { schemaState } from '../database/migrate.ts';
import { seedDemo } from '../demo.ts';
import { StartupError } from '../shared/startup-error.ts';
import type { Command } from './command.ts';
import { withPortico } from './with-portico.ts';

export const seedCommand: Command = {
  name: 'seed',
  summary: 'load the demo accounts and people into the database',
  usage: `portico seed

Creates the demo accounts and 50,000 people with a verified phone and a wallet each. Safe to repeat: what exists stays.
"portico start" does the same on the embedded PostgreSQL. Never do it in production: the passwords are public.`,
  async run() {
    await withPortico(
      async (portico) => {
        if ((await schemaState(portico.database)) === 'behind') {
          throw new StartupError('The database does not have the schema of this version: run "portico migrate" first.');
        }
        await seedDemo(portico, portico.database);
      },
      { demo: true },
    );
    console.log('The demo data are there. Accounts (e-mail, password):');
    for (const { email, password } of demoAccounts) console.log(`  ${email.padEnd(22)} ${password}`);
    return 0;
  },
};
