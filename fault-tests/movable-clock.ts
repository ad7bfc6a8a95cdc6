/** A clock that one process sees and this one sets while it runs: libfaketime, which reads the difference from a file. */
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface MovableClock {
  /** Lets a process that is started with it live by this clock. */
  readonly environment: Readonly<Record<string, string>>;
  /** Sets it so many seconds ahead of the machine's, or behind; felt by the next look at it. */
  set(seconds: number): void;
}

/**
 * Makes a clock that agrees with the machine's.
 *
 * @param folder where the file with the difference goes
 * @returns undefined when libfaketime is not installed
 */
export function createMovableClock(folder: string): MovableClock | undefined {
  const library = findLibrary();
  if (library === undefined) return undefined;
  const file = path.join(folder, 'clock');
  const set = (seconds: number): void => {
    // In one step: a file that is half written would be another time.
    writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    renameSync(`${file}.new`, file);
  };
  set(0);
  return {
    environment: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      // As on a real machine: timers and performance.now() go by another clock, which nobody sets.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    set,
  };
}

/** Where Debian (a folder per architecture), Fedora and a build of one's own have it. */
function findLibrary(): string | undefined {
  const roots = ['/usr/lib', '/usr/lib64', '/usr/local/lib'].filter((root) => existsSync(root));
  const folders = roots.flatMap((root) => [
    root,
    ...readdirSync(root)
      .filter((name) => name.endsWith('-linux-gnu'))
      .map((name) => path.join(root, name)),
  ]);
  return folders.map((folder) => path.join(folder, 'faketime', 'libfaketime.so.1')).find((file) => existsSync(file));
}
