import type { Database } from '../../../database/transaction.ts';
import { csvText } from '../../../shared/csv-text.ts';
import { firstIdAt } from '../../../shared/id.ts';
import { passMessages } from './export-store.ts';
import type { ExportFilter, ExportedMessage } from './export-store.ts';
import { maskAddress } from './mask-address.ts';

/** Rows passed per statement. */
const STEP = 5_000;
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

export interface MessageExport {
  readonly filter: ExportFilter;
  readonly format: 'csv' | 'ndjson';
  /** Addresses whole and whose they are; otherwise addresses are masked and users left out. */
  readonly personal: boolean;
  /** Aborts when the receiver is gone. */
  readonly signal: AbortSignal;
}

/**
 * Messages as a file, the oldest first, read piece by piece as the receiver takes them. Each row is as it was when its
 * piece was read: it is no snapshot. Texts are not part of it.
 */
export async function* exportMessages(
  { reporting }: { readonly reporting: Database },
  { filter, format, personal, signal }: MessageExport,
): AsyncGenerator<string> {
  const row = format === 'csv' ? csvRow : ndjsonRow;
  if (format === 'csv') yield `${columns.join(',')}\r\n`;
  // Ids grow with the time of creation, so the range of times is a range of ids.
  const before = filter.to === undefined ? LAST_ID : firstIdAt(filter.to.getTime() + 1);
  let after: string | null = firstIdAt(filter.from?.getTime() ?? 0);
  while (after !== null) {
    signal.throwIfAborted();
    const { messages, last } = await passMessages(reporting, filter, { after, before, limit: STEP });
    if (messages.length > 0) yield messages.map((message) => row(exported(message, personal))).join('');
    after = last;
  }
}

const columns = [
  ...(['id', 'channel', 'class', 'address', 'userId', 'state', 'reason', 'attempts', 'provider'] as const),
  ...(['groupId', 'createdAt', 'settledAt'] as const),
];

type Row = Readonly<Record<(typeof columns)[number], string | number | null>>;

function exported({ address, userId, createdAt, settledAt, ...message }: ExportedMessage, personal: boolean): Row {
  return {
    ...message,
    address: personal ? address : maskAddress(address),
    userId: personal ? userId : null,
    createdAt: createdAt.toISOString(),
    settledAt: settledAt?.toISOString() ?? null,
  };
}

function csvRow(row: Row): string {
  const fields = columns.map((column) => {
    const value = row[column];
    return typeof value === 'string' ? csvText(value) : (value ?? '');
  });
  return `${fields.join(',')}\r\n`;
}

function ndjsonRow(row: Row): string {
  return `${JSON.stringify(Object.fromEntries(columns.map((column) => [column, row[column]])))}\n`;
}
