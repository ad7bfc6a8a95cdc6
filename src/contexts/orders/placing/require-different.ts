import { Problem } from '../../../shared/problem.ts';
import type { Wanted } from '../pricing/quote-order.ts';
import { problems } from '../problems.ts';

/** An article stands on one line, so that there is one answer to how many are wanted. @throws Problem 409 `variant-twice` */
export function requireDifferent(wanted: readonly Wanted[]): void {
  const errors = wanted.flatMap(({ variantId }, index) =>
    wanted.findIndex((other) => other.variantId === variantId) === index
      ? []
      : [{ pointer: `/lines/${index}/variantId`, detail: 'stands on another line, too' }],
  );
  if (errors.length > 0) throw new Problem(problems['variant-twice'], { errors });
}
