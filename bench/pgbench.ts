import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** A statement of Portico's with the values that it sends, made by PostgreSQL and pgbench themselves. */
export function filled(text: string, values: readonly string[]): string {
  return `${text.replaceAll(/\$(\d+)/g, (_, n: string) => `(${values[Number(n) - 1] ?? 'missing'})`)};`.replaceAll(
    /\s+/g,
    ' ',
  );
}

/**
 * Has pgbench run a script so many times. Where it is not on the path, PGBENCH says where it is.
 *
 * @param clients connections, all at work at once
 * @param role whose rights its connections have; default the owner's
 * @returns runs of the script a second
 */
export async function runPgbench(
  databaseUrl: string,
  script: string,
  { times, clients, role }: { readonly times: number; readonly clients: number; readonly role?: string },
): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'portico-pgbench-'));
  try {
    const file = path.join(folder, 'script.sql');
    await writeFile(file, `${script}\n`);
    const size = ['-c', String(clients), '-j', '2', '-t', String(Math.ceil(times / clients))];
    const { stdout } = await promisify(execFile)(
      process.env['PGBENCH'] ?? 'pgbench',
      ['-n', '-M', 'prepared', ...size, '-f', file, databaseUrl],
      role === undefined ? {} : { env: { ...process.env, PGOPTIONS: `-c role=${role}` } },
    );
    const rate = /^tps = ([\d.]+)/m.exec(stdout)?.[1];
    const failed = /^number of failed transactions: (\d+)/m.exec(stdout)?.[1] ?? '0';
    if (rate === undefined || failed !== '0') throw new Error(`pgbench said:\n${stdout}`);
    return Number(rate);
  } finally {
    await rm(folder, { recursive: true });
  }
}
