import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { requireMatch } from '../../../shared/etag.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { changeTemplate, lockTemplate } from './template-store.ts';
import type { Template } from './template.ts';

export interface TemplateChange {
  readonly templateId: string;
  readonly ifMatch: string | undefined;
  readonly description: string | undefined;
  /** Archived, it is sent no more. */
  readonly archived: boolean | undefined;
}

/**
 * Changes what is said about a template, or archives it. What is queued from it is still sent.
 *
 * @throws Problem 404, 412, 428
 */
export async function updateMessageTemplate(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { templateId, ifMatch, ...change }: TemplateChange,
): Promise<{ readonly before: Template; readonly after: Template }> {
  const before = await lockTemplate(tx, templateId);
  if (before === undefined) throw notFound();
  requireMatch(ifMatch, before.version);
  const { description = before.description, archived = before.archived } = change;
  if (description === before.description && archived === before.archived) return { before, after: before };
  return { before, after: await changeTemplate(tx, { ...before, description, archived }, clock.now()) };
}
