import { readConfig } from '../config.ts';
import { replaceSigningKeys, rotateSigningKeys, sealedColumns } from '../contexts/identity/index.ts';
import { applicationRole, connect } from '../database/connect.ts';
import { openDatabases } from '../database/open.ts';
import type { Database } from '../database/transaction.ts';
import { keptAnswers } from '../http/idempotency.ts';
import { resealColumns } from '../process/reseal-columns.ts';
import { createInstallationKeyRing } from '../shared/key-ring.ts';
import type { KeyRing } from '../shared/key-ring.ts';
import { StartupError } from '../shared/startup-error.ts';
import type { Command } from './command.ts';
import { describeKeys } from './keys/describe-keys.ts';

const columns = [...sealedColumns, keptAnswers];

/** What the words of the command do. @returns the exit code */
const words: Readonly<Record<string, (database: Database, keyRing: KeyRing) => Promise<number>>> = {
  async show(database, keyRing) {
    const { text, missing } = await describeKeys(database, keyRing, columns);
    console.log(text);
    return missing ? 1 : 0;
  },
  async reseal(database, keyRing) {
    await resealColumns(database, keyRing, columns, { signal: new AbortController().signal });
    return words['show']?.(database, keyRing) ?? 0;
  },
  async rotate(database, keyRing) {
    console.log(
      `The key ${await rotateSigningKeys({ database, keyRing }, { olderThan: 0 })} signs access tokens from now on.`,
    );
    return 0;
  },
  async replace(database, keyRing) {
    console.log(`The key ${await replaceSigningKeys({ database, keyRing })} signs access tokens from now on.`);
    return 0;
  },
};

export const keysCommand: Command = {
  name: 'keys',
  summary: 'show what encryption keys protect, and replace keys',
  usage: `portico keys [show]
portico keys reseal
portico keys rotate
portico keys replace

show     The keys of PORTICO_ENCRYPTION_KEYS and PORTICO_SECRET, and how many values of which columns each protects. Exit code
         1 when values are sealed under a key that was not given. A key that protects nothing any more may be taken away.
reseal   Seals everything under the newest key, as the schedule does every hour.
rotate   Retires the key that signs access tokens and lets the next one sign; running processes learn of it within seconds.
         Tokens signed before stay good until they expire. The schedule does the same every 30 days.
replace  Forgets every signing key and makes new ones: for one that may have become known, or whose encryption key is lost.
         Every access token stops working at once; clients renew theirs, so nobody is logged out.

Needs the DATABASE_URL, PORTICO_SECRET and PORTICO_ENCRYPTION_KEYS of the running processes.`,
  async run([word = 'show', ...rest]) {
    const run = words[word];
    if (run === undefined || rest.length > 0) {
      throw new StartupError('Usage: portico keys [show] | reseal | rotate | replace', { exitCode: 2 });
    }
    const config = readConfig(process.env);
    const databases = await openDatabases(config);
    const database = connect({
      url: databases.application,
      name: 'portico keys',
      size: 1,
      statementTimeout: 30_000,
      role: applicationRole,
    });
    try {
      return await run(database, createInstallationKeyRing(databases.secret, config.encryptionKeys));
    } finally {
      await database.close();
      await databases.close();
    }
  },
};
