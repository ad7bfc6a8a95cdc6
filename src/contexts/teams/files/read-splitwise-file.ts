import { isCurrency } from '../../../shared/currency.ts';
import { readAmount } from '../../../shared/money.ts';
import { apportion } from '../expenses/apportion.ts';
import { categoryOf, faultOfTransfer, isDay } from './imported-entry.ts';
import type { FileEntry, FileLeg, LineFault, ReadFile } from './imported-entry.ts';
import type { CsvRecord } from './read-csv.ts';

const HEAD = ['Date', 'Description', 'Category', 'Cost', 'Currency'] as const;
/** The category of what is no expense: one member paid another. */
const PAYMENT = 'Payment';

/**
 * Reads the export of a Splitwise group: a line per expense, a column per member with what the line did to that member's
 * balance. Balances come out exactly. Who of several payers paid how much the file does not say: what nobody else owes is
 * divided among those who are owed, by how much they are.
 */
export function readSplitwiseFile(records: readonly CsvRecord[]): ReadFile {
  const [header, ...lines] = records;
  const members = header?.fields.slice(HEAD.length).map((name) => name.trim()) ?? [];
  if (header === undefined || HEAD.some((name, at) => header.fields[at]?.trim() !== name) || members.length === 0) {
    return { entries: [], faults: [{ line: 1, detail: `must be the header ${HEAD.join(',')} and the members` }] };
  }
  if (new Set(members).size < members.length) {
    return { entries: [], faults: [{ line: 1, detail: 'names a member twice' }] };
  }
  const faults: LineFault[] = [];
  const entries = lines.flatMap(({ line, fields }): FileEntry[] => {
    // The last lines are sums by currency; and what somebody spent on themselves alone moves nobody's balance.
    if ((fields[1] ?? '').trim() === 'Total balance' || movesNothing(fields)) return [];
    const read = readLine(line, fields, members);
    if (!('detail' in read)) return [read];
    faults.push(read);
    return [];
  });
  return { entries, faults };
}

function movesNothing(fields: readonly string[]): boolean {
  return fields.slice(HEAD.length).every((net) => /^\s*-?0*(\.0*)?\s*$/.test(net));
}

function readLine(line: number, fields: readonly string[], members: readonly string[]): FileEntry | LineFault {
  const [date = '', description = '', category = '', cost = '', currency = ''] = fields.map((field) => field.trim());
  const fault = (detail: string): LineFault => ({ line, detail });
  if (!isDay(date)) return fault('has no day such as 2026-11-20');
  if (!isCurrency(currency)) return fault('has no currency of ISO 4217');
  if (description.length > 200) return fault('has too long a text');
  const amount = readAmount(cost, currency);
  const nets = members.map((_, at) => readAmount(fields[HEAD.length + at]?.trim() ?? '', currency));
  if (amount === undefined || amount <= 0n || !nets.every((net) => net !== undefined)) {
    return fault(`has no amounts of ${currency}`);
  }
  const legs = legsOf(members, nets, amount, `${line}`);
  if (legs === undefined) return fault('has members whose amounts do not come out');
  if (category !== PAYMENT) {
    const words = { description: description === '' ? category : description, category: categoryOf(category) };
    if (words.description === '') return fault('has no description');
    return { line, kind: 'expense', date, ...words, currency, amount, notes: null, legs };
  }
  const transfer = faultOfTransfer(legs, amount);
  if (transfer !== undefined) return fault(transfer);
  const notes = description === '' ? null : description;
  return { line, kind: 'settlement', date, description: '', category: null, currency, amount, notes, legs };
}

/** @returns undefined when they do not sum to zero, or say that more was owed than there was */
function legsOf(
  members: readonly string[],
  nets: readonly bigint[],
  amount: bigint,
  seed: string,
): readonly FileLeg[] | undefined {
  const owed = nets.reduce((sum, net) => (net < 0n ? sum - net : sum), 0n);
  const lent = nets.reduce((sum, net) => (net > 0n ? sum + net : sum), 0n);
  if (owed !== lent || lent > amount || lent === 0n) return undefined;
  // What is not lent to others the payers spent on themselves.
  const payers = members.flatMap((id, at) => ((nets[at] ?? 0n) > 0n ? [{ id, weight: nets[at] ?? 0n }] : []));
  const own = apportion(amount - lent, payers, seed);
  return members.flatMap((name, at): FileLeg[] => {
    const net = nets[at] ?? 0n;
    if (net === 0n) return [];
    const share = own.get(name) ?? 0n;
    return [{ memberId: null, name, paid: net > 0n ? net + share : 0n, owed: net > 0n ? share : -net }];
  });
}
