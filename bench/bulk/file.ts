import { demoPhone } from '../../src/shared/demo-phone.ts';

/** One file as a marketing department sends it, and what an honest reader finds in it. */
export interface NumbersFile {
  /** One number or nonsense a line. */
  readonly text: string;
  /** What the limit copies: the same numbers in the same order, clean already, duplicates included. */
  readonly phones: readonly string[];
  readonly credited: number;
}

/** Of 20 lines: one repeats the number before it by another spelling, one is no number, two belong to nobody. */
const PATTERN = 20;
const UNKNOWN = new Set([3, 13]);
const REPEATED = 7;
const MALFORMED = 17;

/**
 * @param members the first so many demo phones have an account
 * @param round no two rounds credit the same people in the same order
 */
export function numbersFile(lines: number, members: number, round: number): NumbersFile {
  const phones: string[] = [];
  const texts: string[] = [];
  let credited = 0;
  for (let n = 0; n < lines; n += 1) {
    const place = n % PATTERN;
    // A prime step walks through all members without repeating one: neighbours in the file are strangers in the tables.
    const member = ((n + (round + 2) * lines) * 7_919) % members;
    if (place === MALFORMED) {
      texts.push('not a number');
      continue;
    }
    const phone =
      place === REPEATED ? (phones.at(-1) ?? '') : demoPhone(UNKNOWN.has(place) ? members + member : member);
    phones.push(phone);
    texts.push(place === REPEATED ? phone : `0${phone.slice(3)}`);
    if (place !== REPEATED && !UNKNOWN.has(place)) credited += 1;
  }
  return { text: `${texts.join('\n')}\n`, phones, credited };
}
