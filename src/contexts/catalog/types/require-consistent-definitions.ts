import { Problem } from '../../../shared/problem.ts';
import type { FieldError } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import type { AttributeDefinition } from './product-type.ts';

/** @throws Problem 409 `product-type-invalid` that names every contradiction at once */
export function requireConsistentDefinitions(attributes: readonly AttributeDefinition[]): void {
  const keys = attributes.map(({ key }) => key);
  const errors = attributes.flatMap(({ key, kind, facet, choices }, index): FieldError[] => {
    const faults = [
      keys.indexOf(key) < index ? 'is there twice' : undefined,
      kind === 'choice' && choices === undefined ? 'is a choice without choices' : undefined,
      kind !== 'choice' && choices !== undefined ? 'has choices and is no choice' : undefined,
      facet && kind !== 'choice' && kind !== 'flag' ? 'is neither a choice nor a flag, and so no facet' : undefined,
    ];
    return faults.flatMap((fault) => (fault === undefined ? [] : [{ pointer: `/attributes/${index}`, detail: fault }]));
  });
  if (errors.length === 0) return;
  throw new Problem(problems['product-type-invalid'], { detail: 'The attributes contradict themselves.', errors });
}
