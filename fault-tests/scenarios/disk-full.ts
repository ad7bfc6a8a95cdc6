import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import type { Finding } from '../report.ts';
import { play } from './scenario.ts';

/** The disk of PostgreSQL fills up, and is given room again. Needs the right to mount a tmpfs. */
export async function diskFull(folder: string): Promise<Finding[]> {
  const disk = path.join(folder, 'disk');
  mkdirSync(disk, { recursive: true, mode: 0o711 });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=400m,mode=711', 'tmpfs', disk]);
  if (mounted.status !== 0) {
    return [{ what: 'a full disk', broken: [`no tmpfs can be mounted here: ${String(mounted.stderr)}`] }];
  }
  try {
    const options = { data: path.join(disk, 'postgres'), postgres: { max_wal_size: '64MB', min_wal_size: '32MB' } };
    return await play(folder, 'a disk that is full for a while', options, async (scene) => {
      const ballast = path.join(disk, 'ballast');
      fill(ballast);
      await scene.untilSeen('503', 10);
      unlinkSync(ballast);
      // A PostgreSQL that cannot write its log ends, and its supervisor starts it again.
      await scene.installation.cluster.ensure();
    });
  } finally {
    spawnSync('umount', ['-l', disk]);
  }
}

/** Writes until nothing more fits. */
function fill(file: string): void {
  const piece = Buffer.alloc(64 * 1024);
  for (;;) {
    try {
      appendFileSync(file, piece);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
  }
}
