import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { checkSource } from './check-source.ts';
import type { Purpose } from './check-source.ts';
import type { TemplateSource } from './template.ts';
import { checkWording } from './wording.ts';
import type { Wordings } from './wording.ts';

/** @throws Problem 409 `template-invalid`, which names every wrong field */
export function requireValidSource(
  wordings: Wordings,
  purpose: Purpose & { readonly key: string },
  source: TemplateSource,
): void {
  const faults = [...checkSource(purpose, source), ...checkWording(wordings, purpose, source)];
  if (faults.length === 0) return;
  throw new Problem(problems['template-invalid'], {
    detail: `${faults.length === 1 ? 'One field is' : `${faults.length} fields are`} wrong.`,
    errors: faults.slice(0, 50),
  });
}
