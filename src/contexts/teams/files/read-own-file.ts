import { isCurrency } from '../../../shared/currency.ts';
import { readAmount } from '../../../shared/money.ts';
import { ownColumns } from './export-expenses.ts';
import { faultOfTransfer, isDay } from './imported-entry.ts';
import type { FileEntry, FileLeg, LineFault, ReadFile } from './imported-entry.ts';
import type { CsvRecord } from './read-csv.ts';

type Fields = Readonly<Record<(typeof ownColumns)[number], string>> & { readonly line: number };

/** Reads what `exportExpenses` writes: lines of one entry stand together, one per member. */
export function readOwnFile(records: readonly CsvRecord[]): ReadFile {
  const [header, ...lines] = records;
  if (header === undefined || header.fields.join() !== ownColumns.join()) {
    return { entries: [], faults: [{ line: 1, detail: `must be the header ${ownColumns.join(',')}` }] };
  }
  const faults: LineFault[] = [];
  const groups = Map.groupBy(lines.map(fieldsOf), ({ entry, line }) => (entry === '' ? `line ${line}` : entry));
  const entries = [...groups.values()].flatMap((group): FileEntry[] => {
    const read = readEntry(group);
    if (!('detail' in read)) return [read];
    faults.push(read);
    return [];
  });
  return { entries, faults };
}

function fieldsOf({ line, fields }: CsvRecord): Fields {
  const named = ownColumns.map((column, at) => [column, harmful(fields[at] ?? '')]);
  return { ...(Object.fromEntries(named) as Record<(typeof ownColumns)[number], string>), line };
}

/** Without the apostrophe that kept a spreadsheet from running it. */
function harmful(text: string): string {
  return /^'\s*[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]/.test(text) ? text.slice(1) : text;
}

function readEntry(group: readonly Fields[]): FileEntry | LineFault {
  const [first] = group;
  if (first === undefined) return { line: 1, detail: 'is empty' };
  const { line, kind, date, description, category, currency, notes } = first;
  const fault = (detail: string): LineFault => ({ line, detail });
  if (!['expense', 'settlement', 'carry-over', 'conversion'].includes(kind)) return fault('has no known kind');
  if (!isDay(date)) return fault('has no day such as 2026-11-20');
  if (!isCurrency(currency)) return fault('has no currency of ISO 4217');
  if (description.length > 200 || notes.length > 2_000) return fault('has too long a text');
  if (category !== '' && !(/^[a-z]+(-[a-z]+)*$/.test(category) && category.length <= 40)) {
    return fault('has a category of another form than small letters and dashes');
  }
  const amount = readAmount(first.amount, currency);
  const legs = group.map(({ memberId, member, paid, owed }) => ({
    ...{ memberId: memberId === '' ? null : memberId.toLowerCase(), name: member },
    ...{ paid: readAmount(paid, currency), owed: readAmount(owed, currency) },
  }));
  if (amount === undefined || amount <= 0n || !areRead(legs)) return fault(`has no amounts of ${currency}`);
  const sum = (part: 'paid' | 'owed'): bigint => legs.reduce((total, leg) => total + leg[part], 0n);
  if (sum('paid') !== amount || sum('owed') !== amount) return fault('is not paid, or not owed, to its amount');
  const expense = kind === 'expense';
  // What is neither moves a balance from one to another, as a settlement does.
  const transfer = expense ? undefined : faultOfTransfer(legs, amount);
  if (transfer !== undefined) return fault(transfer);
  return {
    ...{ line, kind: expense ? 'expense' : 'settlement', date, description, currency, amount, legs },
    ...{ category: category === '' ? null : category, notes: notes === '' ? null : notes },
  };
}

type UnreadLeg = Omit<FileLeg, 'paid' | 'owed'> & { readonly paid: unknown; readonly owed: unknown };

function areRead(legs: readonly UnreadLeg[]): legs is FileLeg[] {
  return legs.every(
    ({ paid, owed }) => typeof paid === 'bigint' && typeof owed === 'bigint' && paid >= 0n && owed >= 0n,
  );
}
