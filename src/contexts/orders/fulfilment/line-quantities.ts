import type { FieldError, ProblemType } from '../../../shared/problem.ts';
import { Problem } from '../../../shared/problem.ts';
import type { LineQuantity, Order } from '../stream/order.ts';

/** How many of each line stand in these. */
export function countByLine(parts: readonly { readonly lines: readonly LineQuantity[] }[]): (lineId: string) => number {
  const counts = new Map<string, number>();
  for (const { lineId, quantity } of parts.flatMap(({ lines }) => lines)) {
    counts.set(lineId, (counts.get(lineId) ?? 0) + quantity);
  }
  return (lineId) => counts.get(lineId) ?? 0;
}

/** What of each line can still be shipped, or come back; lines with nothing left are not there. */
export function leftOf(
  order: Pick<Order, 'lines'>,
  left: (line: Order['lines'][number]) => number,
): readonly LineQuantity[] {
  return order.lines.map((line) => ({ lineId: line.id, quantity: left(line) })).filter(({ quantity }) => quantity > 0);
}

/**
 * @param asked each line once; undefined: all that is left
 * @returns what is asked for
 * @throws Problem when that is nothing, or more than is left
 */
export function takeLeft(
  left: readonly LineQuantity[],
  asked: readonly LineQuantity[] | undefined,
  refusal: ProblemType,
): readonly LineQuantity[] {
  const wanted = asked ?? left;
  const byLine = new Map(left.map(({ lineId, quantity }) => [lineId, quantity]));
  const errors = wanted.flatMap(({ lineId, quantity }, index): FieldError[] => {
    const repeated = wanted.findIndex((other) => other.lineId === lineId) !== index;
    if (repeated) return [{ pointer: `/lines/${index}/lineId`, detail: 'stands there twice' }];
    const rest = byLine.get(lineId) ?? 0;
    return quantity > rest ? [{ pointer: `/lines/${index}/quantity`, detail: `asked ${quantity}, left ${rest}` }] : [];
  });
  if (wanted.length === 0 || errors.length > 0) {
    throw new Problem(refusal, { detail: 'So many are not left.', errors });
  }
  return wanted;
}

/** Whether these are all that is left. */
export function isRest(left: readonly LineQuantity[], taken: readonly LineQuantity[]): boolean {
  const sum = (lines: readonly LineQuantity[]): number => lines.reduce((total, { quantity }) => total + quantity, 0);
  return sum(left) === sum(taken);
}
