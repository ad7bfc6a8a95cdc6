import { appendFile, chmod, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createFolderSource } from '../../adapters/number-source/folder.ts';
import { bytesOf, knowing, offered, testNumberSource } from './number-source.suite.ts';
import type { SourceHarness } from './number-source.suite.ts';

const SETTLED = 30_000;
const MOST_BYTES = 25_000_000;
const numbers = Buffer.from('09120000001\n');

let folder: string;
let harness: SourceHarness;
let written = 0;

/** Writes a file and lets it look as old as it says. */
async function write(
  name: string,
  bytes: Uint8Array = numbers,
  ageMilliseconds = 60_000 - (written += 1),
): Promise<void> {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  const at = new Date(Date.now() - ageMilliseconds);
  await utimes(file, at, at);
}

const names = async () => (await offered(harness.source)).map(({ name }) => name);

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'portico-source-'));
  harness = {
    source: createFolderSource({ folder, settled: SETTLED, mostBytes: MOST_BYTES }),
    put: (bytes) => write('numbers.csv', bytes),
    async breakWhileRead(bytes) {
      await write('numbers.csv', bytes);
      const [file] = await offered(harness.source);
      // What was offered is one version; a sender appends to it before it is read to its end.
      harness = {
        ...harness,
        source: {
          ...harness.source,
          poll: () => Promise.resolve({ outcome: 'offered', files: file === undefined ? [] : [file] }),
        },
      };
      await appendFile(path.join(folder, 'numbers.csv'), numbers);
    },
    goAway: () => rm(folder, { recursive: true }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
});
afterEach(() => harness.close());

describe('A folder', () => {
  testNumberSource(() => harness);

  test('offers no file that is still being written: by its age, or by its name', async () => {
    await write('fresh.csv', numbers, SETTLED - 5_000);
    for (const name of ['.hidden', 'a.csv.part', 'b.tmp', 'c.csv~', 'd.csv.filepart', 'e.CRDOWNLOAD'])
      await write(name);
    expect(await names()).toEqual([]);
    await utimes(path.join(folder, 'fresh.csv'), new Date(Date.now() - SETTLED), new Date(Date.now() - SETTLED));
    expect(await names()).toEqual(['fresh.csv']);
  });

  test('offers what was renamed into place, and takes a rename for no new version', async () => {
    await write('a.csv.part');
    await rename(path.join(folder, 'a.csv.part'), path.join(folder, 'a.csv'));
    const files = await offered(harness.source);
    expect(files.map(({ name }) => name)).toEqual(['a.csv']);
    await rename(path.join(folder, 'a.csv'), path.join(folder, 'b.part'));
    await rename(path.join(folder, 'b.part'), path.join(folder, 'a.csv'));
    expect(await offered(harness.source, knowing(files))).toEqual([]);
  });

  test('notices a file that grows while it is read', async () => {
    await write('a.csv', Buffer.alloc(1_000_000, numbers));
    const [file] = await offered(harness.source);
    const reading = (async () => {
      for await (const piece of file?.content() ?? [])
        if (piece.length > 0) await appendFile(path.join(folder, 'a.csv'), numbers);
    })();
    await expect(reading).rejects.toMatchObject({ reason: 'broken-off' });
  });

  test('notices a file that is replaced or gone before it is read', async () => {
    await write('a.csv');
    await write('b.csv');
    const [replaced, gone] = await offered(harness.source);
    await write('new');
    await rename(path.join(folder, 'new'), path.join(folder, 'a.csv'));
    await rm(path.join(folder, 'b.csv'));
    await expect(bytesOf(replaced)).rejects.toMatchObject({ reason: 'broken-off' });
    await expect(bytesOf(gone)).rejects.toMatchObject({ reason: 'broken-off' });
  });

  test('follows no link, enters no folder, and offers the oldest first', async () => {
    await write('newer.csv', numbers, 100_000);
    await write('older.csv', numbers, 200_000);
    await mkdir(path.join(folder, 'below.csv'));
    await symlink('/etc/passwd', path.join(folder, 'link.csv'));
    expect(await names()).toEqual(['older.csv', 'newer.csv']);
  });

  test('reads from a folder that it may not write to', async () => {
    await write('a.csv');
    await chmod(folder, 0o555);
    const [file] = await offered(harness.source);
    expect(await bytesOf(file)).toEqual(numbers);
    await chmod(folder, 0o755);
  });
});
