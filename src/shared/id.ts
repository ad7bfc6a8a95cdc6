import { createHash, randomBytes } from 'node:crypto';

// 256 ids' worth at a time, as text: a call into the random source costs more than all the rest (measured: 6 % of a request).
const idDigits = 19;
let random = '';
let used = 0;

/** A new UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then 74 random bits, so ids sort by creation time. */
export function newId(milliseconds: number = Date.now()): string {
  if (used === random.length) {
    random = randomBytes((idDigits * 256) / 2).toString('hex');
    used = 0;
  }
  const at = used;
  used += idDigits;
  const time = milliseconds.toString(16).padStart(12, '0');
  // The variant's two bits are 10: a digit from 8 to b.
  const variant = '89ab'[Number.parseInt(random.charAt(at + 3), 16) & 3] ?? '8';
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(at, at + 3)}-${variant}${random.slice(at + 4, at + 7)}-${random.slice(at + 7, at + 19)}`;
}

/** The smallest UUIDv7 of this millisecond: every id made in it or later is greater or equal. */
export function firstIdAt(milliseconds: number): string {
  const time = Math.max(0, Math.floor(milliseconds)).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

/**
 * The same UUID for the same parts, always (UUIDv8, RFC 9562 §5.8, over SHA-256): a retried command that names its rows
 * this way builds the same rows.
 */
export function derivedId(...parts: readonly string[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return format(bytes);
}

function format(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
