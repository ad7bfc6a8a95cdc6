import { Problem } from '../../../shared/problem.ts';
import type { FieldError } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import type { FlagSettings } from './flag.ts';

/** @throws Problem 409 `flag-invalid` that names every contradiction at once */
export function requireConsistentFlag({ defaultVariant, variants, rules, rollout }: FlagSettings): void {
  const names = variants.map(({ name }) => name);
  const twice = names.flatMap((name, index): FieldError[] =>
    names.indexOf(name) < index ? [{ pointer: `/variants/${index}/name`, detail: 'is there twice' }] : [],
  );
  const unknown = [
    { pointer: '/defaultVariant', name: defaultVariant },
    ...rules.map(({ variant }, index) => ({ pointer: `/rules/${index}/variant`, name: variant })),
  ].flatMap(({ pointer, name }): FieldError[] =>
    names.includes(name) ? [] : [{ pointer, detail: 'is none of the variants' }],
  );
  const idle = rollout > 0 && variants.every(({ weight }) => weight === 0);
  const nothing: FieldError[] = idle ? [{ pointer: '/rollout', detail: 'draws from variants without weight' }] : [];
  const errors = [...twice, ...unknown, ...nothing];
  if (errors.length > 0) {
    throw new Problem(problems['flag-invalid'], { detail: 'The flag contradicts itself.', errors });
  }
}
