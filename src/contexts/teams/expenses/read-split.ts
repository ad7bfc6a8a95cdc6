import type { AmountReader } from './amount-reader.ts';
import type { Split } from './split.ts';
import type { SplitTerms } from './terms.ts';

/** Reads the amounts of a split; those that are none are noted by the reader. */
export function readSplit(split: SplitTerms, amounts: AmountReader): Split {
  switch (split.method) {
    case 'equal':
      return split;
    case 'exact':
      return {
        method: 'exact',
        shares: split.shares.map(({ memberId, amount }, at) => ({
          memberId,
          amount: amounts.read(amount, `/split/shares/${at}/amount`),
        })),
      };
    case 'shares':
      return {
        method: 'shares',
        shares: split.shares.map(({ memberId, weight }) => ({ memberId, weight: BigInt(weight) })),
      };
    case 'percentage':
      return {
        method: 'percentage',
        shares: split.shares.map(({ memberId, percent }) => ({ memberId, percent: tenThousandths(percent) })),
      };
    case 'adjustment':
      return {
        method: 'adjustment',
        shares: split.shares.map(({ memberId, adjustment }, at) => ({
          memberId,
          amount: amounts.read(adjustment, `/split/shares/${at}/adjustment`),
        })),
      };
    case 'itemised':
      return {
        method: 'itemised',
        items: split.items.map(({ amount, memberIds }, at) => ({
          amount: amounts.read(amount, `/split/items/${at}/amount`),
          memberIds,
        })),
        tax: amounts.read(split.tax ?? '0', '/split/tax'),
        tip: amounts.read(split.tip ?? '0', '/split/tip'),
      };
  }
}

/** `33.3` is 333,000. The contract lets at most four digits follow the point. */
function tenThousandths(percent: string): bigint {
  const [whole = '0', fraction = ''] = percent.split('.');
  return BigInt(whole + fraction.padEnd(4, '0'));
}
