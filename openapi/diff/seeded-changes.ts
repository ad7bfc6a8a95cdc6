import type { Document } from '../../src/contract/generator/document.ts';
import type { BreakKind } from './breaking-change.ts';
import { answerRows } from './seeded/answer.ts';
import { operationRows } from './seeded/operation.ts';
import { baseDocument, partsOf } from './seeded/parts.ts';
import { requestRows } from './seeded/request.ts';

/** One deliberate change of a document, and what the gate must make of it. */
export interface SeededChange {
  readonly what: string;
  /** Null: harmless. */
  readonly breaks: { readonly operation: string; readonly kind: BreakKind; readonly about: string } | null;
  readonly before: Document;
  readonly after: Document;
  /** Why oasdiff sees it otherwise; a test fails as soon as it no longer does. */
  readonly blind?: string;
}

/** Every seeded change, breaking or harmless. */
export const seededChanges: readonly SeededChange[] = [...operationRows, ...requestRows, ...answerRows].map(
  ([what, breaks, change, { blind, before } = {}]) => {
    const old = baseDocument();
    before?.(partsOf(old));
    // Parts may be shared inside a document; through JSON each place is its own.
    const next = JSON.parse(JSON.stringify(old)) as Document;
    change(partsOf(next));
    return {
      what,
      breaks: breaks === null ? null : { operation: breaks[0], kind: breaks[1], about: breaks[2] },
      before: old,
      after: JSON.parse(JSON.stringify(next)) as Document,
      ...(blind === undefined ? {} : { blind }),
    };
  },
);
