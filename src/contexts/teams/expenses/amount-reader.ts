import { minorUnitsOf } from '../../../shared/currency.ts';
import { readAmount } from '../../../shared/money.ts';
import { Problem } from '../../../shared/problem.ts';
import type { FieldError } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';

/** Reads many amounts of one currency and tells all that are wrong at once. */
export interface AmountReader {
  /** @returns minor units; 0 for what is no amount, which `finish` refuses. */
  read(text: string, pointer: string): bigint;
  /** @throws Problem 409 `amount-unfit` */
  finish(): void;
}

/** @param currency one that `isCurrency` knows */
export function createAmountReader(currency: string): AmountReader {
  const errors: FieldError[] = [];
  const digits = minorUnitsOf(currency);
  const detail = `must have ${digits === 0 ? 'no digits' : `at most ${digits} digits`} after the point in ${currency}, and not be too large`;
  return {
    read(text, pointer) {
      const amount = readAmount(text, currency);
      if (amount !== undefined) return amount;
      errors.push({ pointer, detail });
      return 0n;
    },
    finish() {
      if (errors.length > 0) throw new Problem(problems['amount-unfit'], { errors });
    },
  };
}
