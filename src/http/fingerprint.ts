import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

/** What makes two requests the same: everything that decides their effect, in one spelling. */
interface Parts {
  readonly path: unknown;
  readonly query: unknown;
  readonly mediaType: string | null;
}

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** SHA-256 over parameters and body; the order of a body's fields does not matter. */
export function fingerprintOf(parts: Parts, body: unknown): Buffer {
  return createHash('sha256')
    .update(canonicalJson({ ...parts, body }))
    .digest();
}

/**
 * SHA-256 over parameters and the bytes of a streamed body. Reads what the handler left unread: the fingerprint of a
 * body is that of all its bytes.
 */
export async function streamedFingerprint(parts: Parts, body: Readable, bytes: Hash): Promise<Buffer> {
  if (!body.readableEnded) {
    body.resume();
    await finished(body, { writable: false });
  }
  return createHash('sha256').update(canonicalJson(parts)).update('\0').update(bytes.copy().digest()).digest();
}

/** JSON with the fields of every object in one order. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (item === null || typeof item !== 'object' || Array.isArray(item)) return item;
    const fields = item as Record<string, unknown>;
    return Object.fromEntries(
      Object.keys(fields)
        .sort()
        .map((name) => [name, fields[name]]),
    );
  });
}
