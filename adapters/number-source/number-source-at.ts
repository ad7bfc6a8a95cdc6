import type { NumberSource } from '../../src/ports/number-source.ts';
import { createFolderSource } from './folder.ts';
import { createHttpsSource } from './https.ts';

/** As much as one upload may send (openapi/rewards.yaml). */
const LARGEST_FILE = 67_108_864;

/** @param location an absolute folder, or an https:// address */
export function numberSourceAt(location: string): NumberSource {
  return location.startsWith('https:')
    ? createHttpsSource({ url: location, mostBytes: LARGEST_FILE })
    : createFolderSource({ folder: location, mostBytes: LARGEST_FILE });
}
