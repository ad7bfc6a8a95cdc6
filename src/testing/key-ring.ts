import { createKeyRing } from '../shared/key-ring.ts';
import type { KeyRing } from '../shared/key-ring.ts';

/** A ring of worthless keys, the first of which seals. */
export function testKeyRing(...fills: readonly number[]): KeyRing {
  return createKeyRing(fills.map((fill) => ({ id: `key-${fill}`, key: Buffer.alloc(32, fill) })));
}
