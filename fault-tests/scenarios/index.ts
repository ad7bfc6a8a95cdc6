import type { Finding } from '../report.ts';
import { clockJump } from './clock-jump.ts';
import { diskFull } from './disk-full.ts';
import { exhaustedPool } from './exhausted-pool.ts';
import { slowDatabase } from './slow-database.ts';

/** What else breaks, by name: each starts its own installation in the folder it is given. */
export const scenarios: Readonly<Record<string, (folder: string) => Promise<Finding[]>>> = {
  'slow-database': slowDatabase,
  'exhausted-pool': exhaustedPool,
  'disk-full': diskFull,
  'clock-jump': clockJump,
};
