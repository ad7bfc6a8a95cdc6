import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { lockDraft } from './lock-draft.ts';
import { requireValidSource } from './require-valid-source.ts';
import { changeTemplate } from './template-store.ts';
import type { Template, TemplateSource, TemplateVersion } from './template.ts';
import { changeVersion } from './version-store.ts';
import type { Wordings } from './wording.ts';

/**
 * Replaces the texts of a draft. Its template counts the change too, so that nobody publishes what they have not read.
 *
 * @throws Problem 404, 412, 428; 409 `version-published`, `template-invalid`
 */
export async function updateTemplateVersion(
  { tx, clock, wordings }: { readonly tx: Transaction; readonly clock: Clock; readonly wordings: Wordings },
  {
    versionId,
    ifMatch,
    ...source
  }: TemplateSource & { readonly versionId: string; readonly ifMatch: string | undefined },
): Promise<{ readonly version: TemplateVersion; readonly template: Template }> {
  const { version, template } = await lockDraft(tx, { versionId, ifMatch });
  requireValidSource(wordings, template, source);
  const { defaultLocale, variables, contents } = version;
  if (isDeepStrictEqual(source, { defaultLocale, variables, contents })) return { version, template };
  const changed = await changeVersion(tx, versionId, source);
  return { version: changed, template: await changeTemplate(tx, template, clock.now()) };
}
