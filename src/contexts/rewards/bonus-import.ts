import type { MessageCounts } from '../notifications/index.ts';

export type ImportStatus = 'crediting' | 'finished' | 'cancelled';

/** One uploaded file and what became of its lines. */
export interface BonusImport {
  readonly id: string;
  readonly campaignId: string;
  readonly windowStart: Date;
  readonly periodKey: string;
  /** SHA-256 of the decompressed file, hexadecimal. */
  readonly sha256: string;
  readonly coins: number;
  readonly bytes: number;
  readonly hasHeader: boolean;
  /** Counted from 1. */
  readonly phoneColumn: number;
  readonly status: ImportStatus;
  /** credited + pending + duplicate + malformed + expired + remaining; the table refuses a finished import with a rest. */
  readonly lines: number;
  readonly blankLines: number;
  readonly credited: number;
  readonly pending: number;
  readonly duplicate: number;
  readonly malformed: number;
  readonly expired: number;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** The text messages to an import's credited, as its uploader sees them. */
export interface ImportMessages {
  readonly total: number;
  readonly waiting: number;
  readonly sent: number;
  readonly delivered: number;
  readonly failed: number;
  readonly unknown: number;
}

export interface ImportProgress {
  readonly import: BonusImport;
  readonly messages: ImportMessages;
}

/** Lines that nobody has worked on, or that were cancelled. */
export function remainingLines(found: BonusImport): number {
  return found.lines - found.credited - found.pending - found.duplicate - found.malformed - found.expired;
}

/** Nothing more will happen by itself: crediting has ended and every message has left or been given up. */
export function isSettled({ import: found, messages }: ImportProgress): boolean {
  return found.status !== 'crediting' && messages.waiting === 0;
}

export function summariseMessages(counts: MessageCounts): ImportMessages {
  const waiting = counts.scheduled + counts.queued + counts.claimed + counts.sending + counts.retry_wait;
  const failed = counts.undelivered + counts.expired + counts.suppressed + counts.cancelled + counts.dead;
  const { sent, delivered, unknown } = counts;
  return { total: waiting + failed + sent + delivered + unknown, waiting, sent, delivered, failed, unknown };
}
