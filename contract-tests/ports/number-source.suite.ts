import { expect, test } from '@jest/globals';
import { SourceBroken } from '../../src/ports/number-source.ts';
import type { NumberSource, OfferedFile } from '../../src/ports/number-source.ts';

/** One adapter with the place it reads in the test's hands. */
export interface SourceHarness {
  readonly source: NumberSource;
  /** Puts a finished file there, or writes it anew. The place takes one file at least. */
  put(bytes: Uint8Array): Promise<void>;
  /** Makes the file break off, or change, once somebody has read its first bytes. Its next version is whole again. */
  breakWhileRead(bytes: Uint8Array): Promise<void>;
  /** The place cannot be reached from now on. */
  goAway(): Promise<void>;
  close(): Promise<void>;
}

const never = new AbortController().signal;
const nothing: ReadonlyMap<string, string> = new Map();

export async function offered(
  source: NumberSource,
  known: ReadonlyMap<string, string> = nothing,
): Promise<readonly OfferedFile[]> {
  const answer = await source.poll(known, never);
  if (answer.outcome !== 'offered') throw new Error(`The source was ${answer.reason}: ${answer.detail}`);
  return answer.files;
}

export async function bytesOf(file: OfferedFile | undefined): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file?.content() ?? []) pieces.push(piece);
  return Buffer.concat(pieces);
}

export function knowing(files: readonly OfferedFile[]): ReadonlyMap<string, string> {
  return new Map(files.map(({ name, version }) => [name, version]));
}

/**
 * What every source promises. Run inside a `describe` whose hooks make and close the harness.
 *
 * @param harness gives the harness of the running test
 */
export function testNumberSource(harness: () => SourceHarness): void {
  const file = Buffer.from('phone\n09120000001\n+98 912 000 0002\n');

  test('says what it is without saying too much', () => {
    expect(harness().source.location).not.toMatch(/secret|@/);
  });

  test('offers a file with its bytes, a steady name and when it was finished, until it is known', async () => {
    await harness().put(file);
    const first = await offered(harness().source);
    expect(first).toHaveLength(1);
    expect(await bytesOf(first[0])).toEqual(file);
    expect(first[0]?.name).toMatch(/^[^/\\]{1,255}$/);
    expect(first[0]?.modifiedAt).toBeInstanceOf(Date);
    expect(await offered(harness().source, knowing(first))).toEqual([]);
  });

  test('offers it again, under its name and another version, when it is written anew', async () => {
    await harness().put(file);
    const [first] = await offered(harness().source);
    first?.release();
    await harness().put(Buffer.from('09120000003\n'));
    const [second] = await offered(harness().source, new Map([[first?.name ?? '', first?.version ?? '']]));
    expect(second).toMatchObject({ name: first?.name });
    expect(second?.version).not.toBe(first?.version);
    expect((await bytesOf(second)).toString()).toBe('09120000003\n');
  });

  test('offers it for ever to whoever does not take it, read or not', async () => {
    await harness().put(file);
    for (const file of await offered(harness().source)) file.release();
    const [again] = await offered(harness().source);
    for await (const piece of again?.content() ?? []) if (piece.length > 0) break;
    again?.release();
    expect(await bytesOf((await offered(harness().source))[0])).toEqual(file);
  });

  test('streams a file of any size in small pieces', async () => {
    await harness().put(Buffer.alloc(24_000_000, '09120000001\n'));
    const [large] = await offered(harness().source);
    let [bytes, largest] = [0, 0];
    for await (const { length } of large?.content() ?? [])
      [bytes, largest] = [bytes + length, Math.max(largest, length)];
    expect(bytes).toBe(24_000_000);
    expect(largest).toBeLessThanOrEqual(1_000_000);
  });

  test('gives an empty file as one', async () => {
    await harness().put(Buffer.alloc(0));
    expect(await bytesOf((await offered(harness().source))[0])).toEqual(Buffer.alloc(0));
  });

  test('never passes a part for the whole', async () => {
    await harness().breakWhileRead(Buffer.alloc(4_000_000, '09120000001\n'));
    const [broken] = await offered(harness().source);
    await expect(bytesOf(broken)).rejects.toMatchObject({ reason: 'broken-off' });
    await expect(bytesOf(broken)).rejects.toBeInstanceOf(SourceBroken);
  });

  test('reads no more than it may', async () => {
    await harness().put(Buffer.alloc(30_000_000, '09120000001\n'));
    const answer = await harness().source.poll(nothing, never);
    if (answer.outcome === 'unavailable') expect(answer.reason).toBe('too-large');
    else await expect(bytesOf(answer.files[0])).rejects.toMatchObject({ reason: 'too-large' });
  });

  test('says why nothing can be said, and throws only when asked to stop', async () => {
    await harness().goAway();
    expect(await harness().source.poll(nothing, never)).toMatchObject({
      outcome: 'unavailable',
      reason: expect.stringMatching(/^(unreachable|denied)$/),
      detail: expect.stringMatching(/\S/),
    });
    await expect(harness().source.poll(nothing, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });
}
