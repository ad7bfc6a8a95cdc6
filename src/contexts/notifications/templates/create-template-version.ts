import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { requireValidSource } from './require-valid-source.ts';
import { changeTemplate, lockTemplate } from './template-store.ts';
import type { Template, TemplateSource, TemplateVersion } from './template.ts';
import { insertVersion } from './version-store.ts';
import type { Wordings } from './wording.ts';

/**
 * Adds a draft. A second one breaks the constraint `template_versions_one_draft`: 409 `draft-exists`.
 *
 * @throws Problem 404; 409 `template-invalid`
 */
export async function createTemplateVersion(
  { tx, clock, wordings }: { readonly tx: Transaction; readonly clock: Clock; readonly wordings: Wordings },
  { id, templateId, ...source }: TemplateSource & { readonly id: string; readonly templateId: string },
): Promise<{ readonly version: TemplateVersion; readonly template: Template }> {
  const template = await lockTemplate(tx, templateId);
  if (template === undefined) throw notFound();
  requireValidSource(wordings, template, source);
  const version = await insertVersion(tx, { id, templateId, ...source }, clock.now());
  return { version, template: await changeTemplate(tx, template, clock.now()) };
}
