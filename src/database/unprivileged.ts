import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { StartupError } from '../shared/startup-error.ts';

/** The account PostgreSQL runs as when Portico runs as root. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const shelter = '/var/lib/portico';

/**
 * PostgreSQL refuses to run as root, so root lends it an account the machine already has; none is created.
 * @returns null for an ordinary user, who runs PostgreSQL as itself.
 */
export function accountForPostgres(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find(([known]) => known === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new StartupError(
    'PostgreSQL does not run as root and this machine has neither a "postgres" nor a "nobody" account: ' +
      'start Portico as an ordinary user, or set DATABASE_URL.',
  );
}

/** True when the account may walk down to `target`; `/root` is 0700 on most machines. */
function reaches(account: Account, target: string): boolean {
  for (let directory = path.resolve(target); ; directory = path.dirname(directory)) {
    if (existsSync(directory)) {
      const { mode, uid, gid } = statSync(directory);
      const allowed = uid === account.uid ? mode & 0o100 : gid === account.gid ? mode & 0o010 : mode & 0o001;
      if (allowed === 0) return false;
    }
    if (directory === path.dirname(directory)) return true;
  }
}

/** Where the data goes: the wanted directory, or for an account that can't reach it a directory of its own. */
export function reachableData(account: Account | null, wanted: string): string {
  if (account === null || reaches(account, path.dirname(wanted))) return wanted;
  return path.join(shelter, createHash('sha256').update(wanted).digest('hex').slice(0, 12), path.basename(wanted));
}

/** PostgreSQL's programs where the account can run them: in place, or copied once per version. */
export function reachablePrograms(account: Account | null, native: string, version: string): string {
  if (account === null || reaches(account, path.join(native, 'bin'))) return native;
  const copy = path.join(shelter, `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  const draft = `${copy}.${process.pid}`;
  mkdirSync(shelter, { recursive: true });
  chmodSync(shelter, 0o755);
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  chmodSync(draft, 0o755);
  try {
    renameSync(draft, copy);
  } catch (error) {
    // Another process finished the same copy first.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return copy;
}
