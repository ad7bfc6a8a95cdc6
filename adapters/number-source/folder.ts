import { constants } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { SourceBroken } from '../../src/ports/number-source.ts';
import type { NumberSource, OfferedFile, SourceAnswer } from '../../src/ports/number-source.ts';

export interface FolderOptions {
  readonly folder: string;
  /** Milliseconds for which a file must not have changed. Default 30,000. */
  readonly settled?: number;
  /** Bytes of one file at most. */
  readonly mostBytes: number;
  /** The clock of the file system. */
  readonly now?: () => number;
}

/** Versions of one look at most; the rest is there at the next. */
const MOST_FILES = 100;
/** What a file is called that its sender still writes or that is none of numbers. */
const UNFINISHED = /^\.|~$|\.(part|partial|tmp|temp|crdownload|filepart|swp)$/i;

/**
 * Plain files in one folder, not below it; links are not followed. A file is finished once it has not changed for `settled`; a
 * sender that may pause longer writes it under a name that ends in `.part` and renames it. What changes while it is read is
 * broken off, and offered again when it has settled. Files are never touched, so the folder may be read-only.
 */
export function createFolderSource({
  folder,
  settled = 30_000,
  mostBytes,
  now = Date.now,
}: FolderOptions): NumberSource {
  return {
    kind: 'folder',
    location: path.basename(folder) || '/',
    async poll(known, signal): Promise<SourceAnswer> {
      try {
        const offered: { readonly file: OfferedFile; readonly at: number }[] = [];
        for (const name of await readdir(folder)) {
          signal.throwIfAborted();
          if (UNFINISHED.test(name)) continue;
          const file = path.join(folder, name);
          const stats = await lstat(file, { bigint: true }).catch(() => undefined);
          if (stats?.isFile() !== true || known.get(name) === versionOf(stats)) continue;
          // A time in the future settles never: such a clock is a fault to be seen, not a reason to wait for ever.
          const age = now() - Number(stats.mtimeMs);
          if (age >= 0 && age < settled) continue;
          offered.push({ file: offer(file, name, stats, mostBytes), at: Number(stats.mtimeMs) });
        }
        const files = offered
          .sort((a, b) => a.at - b.at || (a.file.name < b.file.name ? -1 : 1))
          .map(({ file }) => file);
        return { outcome: 'offered', files: files.slice(0, MOST_FILES) };
      } catch (error) {
        signal.throwIfAborted();
        return { outcome: 'unavailable', reason: 'denied', detail: codeOf(error) };
      }
    },
  };
}

/** A rename keeps it; writing changes size or time, and replacing changes the inode. */
function versionOf({ size, mtimeNs, ino }: BigIntStats): string {
  return `${size}-${mtimeNs}-${ino}`;
}

function offer(file: string, name: string, stats: BigIntStats, mostBytes: number): OfferedFile {
  const version = versionOf(stats);
  return {
    name,
    version,
    modifiedAt: new Date(Number(stats.mtimeMs)),
    async *content() {
      if (stats.size > BigInt(mostBytes)) throw new SourceBroken('too-large', `${stats.size} bytes`);
      const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch((cause: unknown) => {
        throw new SourceBroken('broken-off', codeOf(cause), { cause });
      });
      try {
        const same = async () => versionOf(await handle.stat({ bigint: true })) === version;
        if (!(await same())) throw new SourceBroken('broken-off', 'It changed before it was read.');
        yield* handle.createReadStream({
          autoClose: false,
          end: Math.max(0, Number(stats.size) - 1),
        }) as AsyncIterable<Buffer>;
        if (!(await same())) throw new SourceBroken('broken-off', 'It changed while it was read.');
      } finally {
        await handle.close();
      }
    },
    release: () => undefined,
  };
}

function codeOf(error: unknown): string {
  return Error.isError(error) && 'code' in error && typeof error.code === 'string' ? error.code : String(error);
}
