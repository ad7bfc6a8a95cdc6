import { Problem } from '../../../shared/problem.ts';
import type { FieldError } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import type { ProductOption } from './product.ts';
import type { Variant } from './variant.ts';

/** What is wrong with the options of a variant; empty when it has one value for each option of the product. */
export function optionFaults(
  options: readonly ProductOption[],
  given: Readonly<Record<string, string>>,
): readonly string[] {
  const missing = options.filter(({ key }) => !Object.hasOwn(given, key)).map(({ key }) => `${key} is missing`);
  const wrong = Object.entries(given).flatMap(([key, value]) => {
    const option = options.find((candidate) => candidate.key === key);
    if (option === undefined) return [`${key} is no option of this product`];
    return option.values.includes(value) ? [] : [`${value} is no value of ${key}`];
  });
  return [...missing, ...wrong];
}

/** @throws Problem 409 `options-invalid` */
export function requireFittingOptions(
  options: readonly ProductOption[],
  given: Readonly<Record<string, string>>,
): void {
  const faults = optionFaults(options, given);
  if (faults.length === 0) return;
  throw new Problem(problems['options-invalid'], {
    detail: "A variant has one value for each of the product's options.",
    errors: faults.map((detail): FieldError => ({ pointer: '/options', detail })),
  });
}

/** @throws Problem 409 `options-in-use` that names the variants which these options would leave behind */
export function requireOptionsForAll(options: readonly ProductOption[], variants: readonly Variant[]): void {
  const left = variants.filter((variant) => optionFaults(options, variant.options).length > 0);
  if (left.length === 0) return;
  throw new Problem(problems['options-in-use'], {
    detail: `${left.length} variants do not fit these options.`,
    errors: left.map(({ sku }) => ({ pointer: '/options', detail: `does not fit the variant ${sku}` })),
  });
}
