import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

/** Whether a process with this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * When the process began, in a form only good for comparing: together with the id it names one process for ever, while
 * an id alone is given to another process after a restart of the machine or of a container.
 * @returns an empty text where the system does not tell.
 */
export function beginOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may hold anything; the begin is the 22nd.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return ask(pid, 'lstart=');
  }
}

/**
 * Whether the process is a PostgreSQL server on this data directory.
 * @returns null where the system does not tell.
 */
export function isServerOn(pid: number, data: string): boolean | null {
  try {
    if (readlinkSync(`/proc/${pid}/cwd`) === data) return true;
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(data);
  } catch {
    const command = ask(pid, 'command=');
    return command === '' ? null : command.includes(data);
  }
}

function ask(pid: number, field: string): string {
  if (process.platform === 'win32') return '';
  const { stdout } = spawnSync('ps', ['-ww', '-o', field, '-p', String(pid)], { encoding: 'utf8' });
  // Null when there is no such program.
  return ((stdout as string | null) ?? '').trim();
}
