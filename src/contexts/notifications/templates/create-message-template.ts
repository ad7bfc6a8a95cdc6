import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import type { Template } from './template.ts';
import { insertTemplate } from './template-store.ts';

/**
 * Makes a template without texts. A key that is taken breaks the constraint `templates_key`: 409 `template-key-taken`.
 */
export async function createMessageTemplate(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  template: Pick<Template, 'id' | 'key' | 'channel' | 'category' | 'description'>,
): Promise<Template> {
  return insertTemplate(tx, template, clock.now());
}
