import { isCurrency } from '../../../shared/currency.ts';
import type { FieldError } from '../../../shared/problem.ts';
import type { TemplateVariable, VariableValue } from './template.ts';

/** Where a `string` or `text` says nothing else, in UTF-16 units. */
export const USUAL_LENGTH = 200;

/**
 * Holds values against the variables that a template declares: each once, none missing, none unknown, each of its type.
 *
 * @returns every fault by field: `/variables/0/value`, or `/variables` for one that is missing
 */
export function checkValues(
  declared: readonly TemplateVariable[],
  values: readonly VariableValue[],
): readonly FieldError[] {
  const faults: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, given] of values.entries()) {
    const at = (field: string, detail: string): void => {
      faults.push({ pointer: `/variables/${index}/${field}`, detail });
    };
    const variable = declared.find(({ name }) => name === given.name);
    if (seen.has(given.name)) at('name', `${given.name} stands twice`);
    else if (variable === undefined) at('name', `${given.name} is no variable of the template`);
    else if (variable.type !== given.type) at('type', `${given.name} is of type ${variable.type}`);
    else {
      const fault = faultOf(given, variable.maxLength);
      if (fault !== undefined) at('value', fault);
    }
    seen.add(given.name);
  }
  for (const { name, type } of declared) {
    if (!seen.has(name)) faults.push({ pointer: '/variables', detail: `${name} (${type}) is missing` });
  }
  return faults;
}

/** What is wrong with a value of the right type; undefined when nothing is. */
export function faultOf(given: VariableValue, maxLength: number = USUAL_LENGTH): string | undefined {
  switch (given.type) {
    case 'string':
    case 'text':
      return faultOfText(given.value, given.type === 'text', maxLength);
    case 'integer':
      return Number.isSafeInteger(given.value) ? undefined : 'must be a whole number within ±(2^53 − 1)';
    case 'date':
      return isDay(given.value) ? undefined : 'must be a day such as 2026-11-21';
    case 'datetime':
      return Number.isNaN(Date.parse(given.value)) ? 'must be a moment of RFC 3339' : undefined;
    case 'money':
      if (!Number.isSafeInteger(given.value.amount)) return 'amount must be whole minor units within ±(2^53 − 1)';
      return isCurrency(given.value.currency) ? undefined : 'currency must be one of ISO 4217';
    case 'url':
      return isWebAddress(given.value) ? undefined : 'must be an absolute https URL without a password';
  }
}

function faultOfText(value: string, lines: boolean, maxLength: number): string | undefined {
  if (value.length > maxLength) return `must be at most ${maxLength} characters long`;
  if (!value.isWellFormed()) return 'must be Unicode: half of a surrogate pair stands alone';
  // A line break in a header begins another header; the others hide what a text says.
  if (/[^\P{Cc}\n]|[\u2028\u2029]/u.test(value)) return 'must not hold control characters';
  return !lines && value.includes('\n') ? 'must be one line' : undefined;
}

function isDay(value: string): boolean {
  const moment = new Date(`${value}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(value);
}

function isWebAddress(value: string): boolean {
  if (/[\s\p{Cc}]/u.test(value) || !URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return protocol === 'https:' && username === '' && password === '';
}
