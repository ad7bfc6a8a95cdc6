import { groupsThatCancel } from './zero-sum-groups.ts';

/** Somebody who is owed (negative: owes) so much, in minor units. */
export interface Net {
  readonly id: string;
  readonly net: bigint;
}

export interface Transfer {
  readonly payerId: string;
  readonly receiverId: string;
  /** In minor units; above zero. */
  readonly amount: bigint;
}

export interface TransferPlan {
  /** `exact`: no plan has fewer transfers. */
  readonly method: 'exact' | 'heuristic';
  readonly transfers: readonly Transfer[];
}

/** So many unpaired members are divided into groups exactly: time doubles with each. */
export const MOST_EXACT = 20;

/** Sums beyond 64 bits would wrap round, and look like zero when they are not. */
const LARGEST_SUM = 2n ** 63n - 1n;

/**
 * Proposes transfers that settle all balances, as few as possible. The fewest are n minus the largest number of groups that
 * cancel out by themselves (Verhoeff 2004), which is hard to find in general. Equal and opposite balances are paired first,
 * which never costs a transfer; of up to 20 others the groups are found exactly. Beyond, the largest debtor pays the largest
 * creditor, which is exact only when it reaches the lower bound.
 *
 * The same balances give the same plan, in whatever order they come.
 *
 * @param nets sum to zero; no id twice
 */
export function planTransfers(nets: readonly Net[]): TransferPlan {
  const open = nets.filter(({ net }) => net !== 0n).toSorted(byId);
  const { pairs, rest } = pairOpposites(open);
  if (rest.length <= MOST_EXACT && totalOf(rest) <= LARGEST_SUM) {
    return { method: 'exact', transfers: [...pairs, ...groupsThatCancel(rest).flatMap(settleGreedily)] };
  }
  const transfers = settleGreedily(rest);
  const creditors = rest.filter(({ net }) => net > 0n).length;
  const fewest = Math.max(creditors, rest.length - creditors);
  return { method: transfers.length === fewest ? 'exact' : 'heuristic', transfers: [...pairs, ...transfers] };
}

/** How many members a plan has to think about: above 16 that takes longer than a request thread may. */
export function unpairedOf(nets: readonly Net[]): number {
  return pairOpposites(nets.filter(({ net }) => net !== 0n).toSorted(byId)).rest.length;
}

function pairOpposites(sorted: readonly Net[]): { readonly pairs: Transfer[]; readonly rest: Net[] } {
  const waiting = new Map<bigint, Net[]>();
  const pairs: Transfer[] = [];
  for (const one of sorted) {
    const other = waiting.get(-one.net)?.shift();
    if (other === undefined) {
      waiting.set(one.net, [...(waiting.get(one.net) ?? []), one]);
    } else {
      const [payer, receiver] = one.net < 0n ? [one, other] : [other, one];
      pairs.push({ payerId: payer.id, receiverId: receiver.id, amount: receiver.net });
    }
  }
  return { pairs, rest: [...waiting.values()].flat().toSorted(byId) };
}

/** The largest debtor pays the largest creditor. Each transfer settles one of them, the last one both: n − 1 at most. */
function settleGreedily(group: readonly Net[]): Transfer[] {
  const debtors = group.flatMap(({ id, net }) => (net < 0n ? [{ id, size: -net }] : [])).toSorted(largestFirst);
  const creditors = group.flatMap(({ id, net }) => (net > 0n ? [{ id, size: net }] : [])).toSorted(largestFirst);
  const transfers: Transfer[] = [];
  for (;;) {
    const [debtor, creditor] = [debtors.shift(), creditors.shift()];
    if (debtor === undefined || creditor === undefined) return transfers;
    const amount = debtor.size < creditor.size ? debtor.size : creditor.size;
    transfers.push({ payerId: debtor.id, receiverId: creditor.id, amount });
    putBack(debtors, { ...debtor, size: debtor.size - amount });
    putBack(creditors, { ...creditor, size: creditor.size - amount });
  }
}

interface Sized {
  readonly id: string;
  readonly size: bigint;
}

function putBack(sorted: Sized[], one: Sized): void {
  if (one.size === 0n) return;
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = sorted[middle];
    if (other !== undefined && largestFirst(other, one) < 0) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, one);
}

function largestFirst(a: Sized, b: Sized): number {
  return order(b.size, a.size) || order(a.id, b.id);
}

function totalOf(nets: readonly Net[]): bigint {
  return nets.reduce((sum, { net }) => (net > 0n ? sum + net : sum), 0n);
}

function byId(a: Net, b: Net): number {
  return order(a.id, b.id);
}

function order<Value extends string | bigint>(a: Value, b: Value): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
