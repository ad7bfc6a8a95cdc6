import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { StartupError } from '../shared/startup-error.ts';
import { beginOf, isAlive } from './process-identity.ts';

/** The right of one process to a data folder. */
export interface FolderClaim {
  release(): void;
}

/**
 * Takes the data folder for this process. A process that died without releasing it, however, has lost it.
 * @throws StartupError when a living process has it.
 */
export function claimFolder(directory: string): FolderClaim {
  const file = path.join(directory, 'portico.pid');
  const mine = `${process.pid} ${beginOf(process.pid)}\n`;
  for (;;) {
    try {
      writeFileSync(file, mine, { flag: 'wx' });
      return {
        release: () => {
          if (read(file) === mine) rmSync(file, { force: true });
        },
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const theirs = read(file);
    if (theirs === undefined) continue;
    const [, pid = '', begin] = /^(\d+) (.*)\n$/.exec(theirs) ?? [];
    if (pid !== '' && isAlive(Number(pid)) && beginOf(Number(pid)) === begin) {
      throw new StartupError(
        `Portico already runs on ${directory} (process ${pid}): stop it first, or set PORTICO_DATA to another folder.`,
      );
    }
    discard(file, theirs);
  }
}

/** Two may find the same dead claim: the one that is too late must not remove the new claim of the other. */
function discard(file: string, judged: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (read(aside) === judged) rmSync(aside, { force: true });
  else renameSync(aside, file);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
