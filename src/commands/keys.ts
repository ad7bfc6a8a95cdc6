import { readConfig } from '../config.ts';
import { replaceSigningKeys, rotateSigningKeys, secretPurposes } from '../contexts/identity/index.ts';
import { applicationRole, connect } from '../database/connect.ts';
import { openDatabases } from '../database/open.ts';
import { deriveKey } from '../shared/keys.ts';
import { StartupError } from '../shared/startup-error.ts';
import type { Command } from './command.ts';

export const keysCommand: Command = {
  name: 'keys',
  summary: 'replace the key that signs access tokens',
  usage: `portico keys rotate
portico keys replace

rotate   Retires the key that signs access tokens and lets the next one sign; running processes learn of it within seconds.
         Tokens signed before stay good until they expire. The schedule does the same every 30 days.
replace  Forgets every key and makes new ones: for a key that may have become known, or a new PORTICO_SECRET. Every access
         token stops working at once; clients renew theirs, so nobody is logged out.

Needs the DATABASE_URL and PORTICO_SECRET of the running processes.`,
  async run([word, ...rest]) {
    if ((word !== 'rotate' && word !== 'replace') || rest.length > 0) {
      throw new StartupError('Usage: portico keys rotate | replace', { exitCode: 2 });
    }
    const databases = await openDatabases(readConfig(process.env));
    const database = connect({
      url: databases.application,
      name: 'portico keys',
      size: 1,
      statementTimeout: 30_000,
      role: applicationRole,
    });
    try {
      const dependencies = { database, signingKeySecret: deriveKey(databases.secret, secretPurposes.signingKeys) };
      const kid =
        word === 'replace'
          ? await replaceSigningKeys(dependencies)
          : await rotateSigningKeys(dependencies, { olderThan: 0 });
      console.log(`The key ${kid} signs from now on.`);
      return 0;
    } finally {
      await database.close();
      await databases.close();
    }
  },
};
