/** A line of a file that cannot be taken in, and why. */
export interface LineFault {
  /** Counted from 1, the header included. */
  readonly line: number;
  readonly detail: string;
}

/** An entry as a file tells it: members still by what the file calls them. */
export interface FileEntry {
  /** The line it begins on. */
  readonly line: number;
  readonly kind: 'expense' | 'settlement';
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly description: string;
  readonly category: string | null;
  readonly currency: string;
  /** In minor units; above zero. */
  readonly amount: bigint;
  readonly notes: string | null;
  readonly legs: readonly FileLeg[];
}

export interface FileLeg {
  /** The id of a member, where the file has ids. */
  readonly memberId: string | null;
  readonly name: string;
  readonly paid: bigint;
  readonly owed: bigint;
}

/** What a file holds, with everything that is wrong with it. */
export interface ReadFile {
  readonly entries: readonly FileEntry[];
  readonly faults: readonly LineFault[];
}

/** A day of the calendar, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  const moment = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text);
}

/** A category of our form from any words: `Dining out` is `dining-out`; null where nothing is left of it. */
export function categoryOf(words: string): string | null {
  const found = words
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return found === '' ? null : found;
}

/** What is wrong with a transfer of one member to another; undefined when nothing is. */
export function faultOfTransfer(legs: readonly FileLeg[], amount: bigint): string | undefined {
  const payer = legs.find(({ paid, owed }) => paid === amount && owed === 0n);
  const receiver = legs.find(({ paid, owed }) => paid === 0n && owed === amount);
  return legs.length === 2 && payer !== undefined && receiver !== undefined
    ? undefined
    : 'is a payment, and not of one member to another';
}
