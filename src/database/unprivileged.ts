import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { StartupError } from '../shared/startup-error.ts';

/** The account PostgreSQL runs as when Portico runs as root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Where things go that another account must reach and can't where they are. */
export const usualShelter = '/var/lib/portico';

/**
 * PostgreSQL refuses to run as root, so root lends it an account the machine already has; none is created. Data that are
 * there already stay with the account they belong to.
 * @returns null for an ordinary user, who runs PostgreSQL as itself.
 */
export function accountForPostgres(data: string): Account | null {
  if (process.getuid?.() !== 0) return null;
  if (existsSync(data)) {
    const { uid, gid } = statSync(data);
    if (uid !== 0) return { uid, gid };
  }
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', '_postgres', 'nobody']) {
    const [, , uid = '', gid = ''] = accounts.find(([known]) => known === name) ?? [];
    if (/^\d+$/.test(uid) && /^\d+$/.test(gid)) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new StartupError(
    'PostgreSQL does not run as root and this machine has neither a "postgres" nor a "nobody" account: ' +
      'start Portico as an ordinary user, or set DATABASE_URL.',
  );
}

/** True when the account may walk down to the target and enter or run it; `/root` is 0700 on most machines. */
function reaches(account: Account, target: string): boolean {
  for (let file = realpathSync(target); ; file = path.dirname(file)) {
    const { mode, uid, gid } = statSync(file);
    const allowed = uid === account.uid ? mode & 0o100 : gid === account.gid ? mode & 0o010 : mode & 0o001;
    if (allowed === 0) return false;
    if (file === path.dirname(file)) return true;
  }
}

/**
 * Where the data go: `postgres` in the folder, or for an account that can't reach it a directory elsewhere, whose path the
 * folder keeps. So the data follow the folder when that is moved, and are forgotten with it.
 * @param directory - exists
 */
export function dataDirectory(directory: string): string {
  const pointer = path.join(directory, 'postgres-location');
  return existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : path.join(directory, 'postgres');
}

/** The data directory of a first start; its parent exists and the account reaches it. */
export function newDataDirectory(directory: string, account: Account | null, shelter: string): string {
  if (account === null || reaches(account, directory)) return path.join(directory, 'postgres');
  const data = path.join(mkdtempSync(path.join(makeShelter(shelter), 'data-')), 'postgres');
  chmodSync(path.dirname(data), 0o711);
  writeFileSync(path.join(directory, 'postgres-location'), `${data}\n`);
  return data;
}

/** PostgreSQL's programs where the account can run them: in place, or copied once per version. */
export function reachablePrograms(account: Account | null, native: string, version: string, shelter: string): string {
  if (account === null || reaches(account, path.join(native, 'bin', 'postgres'))) return native;
  const copy = path.join(makeShelter(shelter), `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  const draft = mkdtempSync(`${copy}.`);
  try {
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
    openToAll(draft);
    renameSync(draft, copy);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another process may have finished the same copy first.
    if (!existsSync(copy)) throw error;
  }
  return copy;
}

/** What was installed under a strict umask is as strict in the copy. */
function openToAll(file: string): void {
  const found = statSync(file);
  chmodSync(file, found.mode | 0o444 | (found.isDirectory() || (found.mode & 0o100) !== 0 ? 0o111 : 0));
  if (!found.isDirectory()) return;
  for (const entry of readdirSync(file, { withFileTypes: true })) {
    if (!entry.isSymbolicLink()) openToAll(path.join(file, entry.name));
  }
}

function makeShelter(shelter: string): string {
  try {
    mkdirSync(shelter, { recursive: true });
    chmodSync(shelter, 0o711);
    return shelter;
  } catch (cause) {
    throw new StartupError(
      `PostgreSQL does not run as root, other accounts can't reach this folder, and ${shelter} can't be made: start Portico as an ordinary user, or set DATABASE_URL.`,
      { cause },
    );
  }
}
