import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { checkValues } from '../templates/check-values.ts';
import type { TemplateVariable, VariableValue } from '../templates/template.ts';
import type { ClaimedRecipient } from './campaign-recipient-store.ts';
import type { CampaignPlan, RecipientField } from './campaign.ts';

type Variables = Pick<CampaignPlan, 'variables' | 'recipientVariables'>;
type Person = Pick<ClaimedRecipient, 'recipientId' | 'country' | 'registeredAt'>;

/** The type of variable that each field of a recipient fits. */
const fieldTypes = { userId: 'string', country: 'string', registeredAt: 'datetime' } as const;

/** What the template's variables become for one recipient. */
export function valuesFor({ variables, recipientVariables }: Variables, recipient: Person): VariableValue[] {
  const own = recipientVariables.map(({ name, field, otherwise }): VariableValue => {
    return { name, type: fieldTypes[field], value: fieldOf(field, recipient) ?? otherwise };
  });
  return [...variables, ...own];
}

function fieldOf(field: RecipientField, { recipientId, country, registeredAt }: Person): string | null {
  if (field === 'userId') return recipientId;
  return field === 'country' ? country : (registeredAt?.toISOString() ?? null);
}

/**
 * Judges, before anybody is written to, whether these variables fit the template: each declared one once, of its type.
 *
 * @throws Problem 409 `template-values-invalid`
 */
export function requireFittingVariables(declared: readonly TemplateVariable[], given: Variables): void {
  // Nobody has no field: what stands in for missing ones is judged, fields themselves always fit.
  const nobody = { recipientId: '', country: null, registeredAt: null };
  const errors = checkValues(declared, valuesFor(given, nobody));
  if (errors.length === 0) return;
  throw new Problem(problems['template-values-invalid'], {
    detail: 'The variables do not fit the template.',
    errors: errors.slice(0, 50),
  });
}
