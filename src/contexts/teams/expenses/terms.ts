/** Who paid and who owes, as a caller says it and as it is kept: amounts are decimal texts of the expense's currency. */
export interface Terms {
  readonly payers: readonly MemberAmount[];
  readonly split: SplitTerms;
}

export interface MemberAmount {
  readonly memberId: string;
  readonly amount: string;
}

export type SplitTerms =
  | { readonly method: 'equal'; readonly memberIds: readonly string[] }
  | { readonly method: 'exact'; readonly shares: readonly MemberAmount[] }
  | { readonly method: 'shares'; readonly shares: readonly { readonly memberId: string; readonly weight: number }[] }
  | {
      readonly method: 'percentage';
      readonly shares: readonly { readonly memberId: string; readonly percent: string }[];
    }
  | {
      readonly method: 'adjustment';
      readonly shares: readonly { readonly memberId: string; readonly adjustment: string }[];
    }
  | {
      readonly method: 'itemised';
      readonly items: readonly ItemTerms[];
      readonly tax?: string | undefined;
      readonly tip?: string | undefined;
    };

export interface ItemTerms {
  readonly name: string;
  readonly amount: string;
  readonly memberIds: readonly string[];
}

/** Everybody who is named, once. */
export function membersIn({ payers, split }: Terms): string[] {
  return [...new Set([...payers.map(({ memberId }) => memberId), ...namedBy(split)])];
}

function namedBy(split: SplitTerms): string[] {
  if (split.method === 'equal') return [...split.memberIds];
  if (split.method === 'itemised') return split.items.flatMap(({ memberIds }) => memberIds);
  return split.shares.map(({ memberId }) => memberId);
}
