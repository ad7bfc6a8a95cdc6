import { setImmediate } from 'node:timers/promises';

/** Numbers of one chunk. Measured: larger ones are hardly faster, but others wait longer for the wallets they lock. */
export const CHUNK_NUMBERS = 1_000;
/** Sorted within about a millisecond; larger runs would hold up what runs beside the upload. */
const RUN = 8_192;
/** Merged within about a millisecond. */
const SLICE = 65_536;

/** Neighbours in the order of numbers, credited in one transaction. */
export interface NumberChunk {
  /** Lines that hold them, repetitions included. */
  readonly lines: number;
  /** Distinct and in ascending order: the digits of E.164 numbers, without the plus. */
  readonly numbers: readonly number[];
}

/** The numbers of a file, eight bytes a line, in whatever order they come. */
export interface NumberPile {
  /** @param phone in E.164: at most 15 digits, so a number holds it exactly */
  add(phone: string): void;
  /**
   * Cuts the pile into chunks of neighbours: what they touch in the tables and indexes of phones lies side by side, and all
   * lines that repeat a number meet in one chunk. Gives the event loop back every few milliseconds.
   */
  chunks(): Promise<readonly NumberChunk[]>;
}

export function createNumberPile(): NumberPile {
  const runs: Float64Array[] = [];
  let run = new Float64Array(RUN);
  let filled = 0;

  return {
    add(phone) {
      run[filled] = Number(phone.slice(1));
      filled += 1;
      if (filled < RUN) return;
      runs.push(run.sort());
      run = new Float64Array(RUN);
      filled = 0;
    },
    async chunks() {
      let sorted: readonly Float64Array[] = [...runs, run.subarray(0, filled).sort()];
      while (sorted.length > 1) sorted = await mergePairs(sorted);
      return sorted[0] === undefined ? [] : cut(sorted[0]);
    },
  };
}

async function mergePairs(runs: readonly Float64Array[]): Promise<readonly Float64Array[]> {
  const merged: Float64Array[] = [];
  for (let n = 0; n < runs.length; n += 2) {
    const [one, other] = [runs[n] ?? new Float64Array(), runs[n + 1] ?? new Float64Array()];
    merged.push(other.length === 0 ? one : await merge(one, other));
  }
  return merged;
}

async function merge(one: Float64Array, other: Float64Array): Promise<Float64Array> {
  const merged = new Float64Array(one.length + other.length);
  for (let n = 0, a = 0, b = 0; n < merged.length; n += 1) {
    const left = one[a] ?? Infinity;
    const right = other[b] ?? Infinity;
    merged[n] = Math.min(left, right);
    if (left <= right) a += 1;
    else b += 1;
    if (n % SLICE === 0) await setImmediate();
  }
  return merged;
}

async function cut(sorted: Float64Array): Promise<readonly NumberChunk[]> {
  const chunks: NumberChunk[] = [];
  let numbers: number[] = [];
  let began = 0;
  for (let at = 0; at < sorted.length; at += 1) {
    const number = sorted[at] ?? Number.NaN;
    if (number === numbers.at(-1)) continue;
    if (numbers.length === CHUNK_NUMBERS) {
      chunks.push({ lines: at - began, numbers });
      [numbers, began] = [[], at];
      await setImmediate();
    }
    numbers.push(number);
  }
  if (numbers.length > 0) chunks.push({ lines: sorted.length - began, numbers });
  return chunks;
}
