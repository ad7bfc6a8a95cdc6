import { newId } from '../../src/shared/id.ts';
import { serve } from '../talk.ts';

/** One way to do Portico's two hottest pieces of work. */
export interface Contestant {
  /** Reads a wallet. @returns its balance */
  get(walletId: string): Promise<number>;
  /** Books both legs of a posting in a transaction of its own; the ledger's trigger moves both balances. */
  post(posting: BenchPosting): Promise<void>;
}

export interface BenchPosting {
  readonly reference: string;
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

/** So many connections, and so many at work at once. */
export const AT_ONCE = 20;
/** Wallets, and as many pools: contestants are compared, not waits for one row. */
export const WALLETS = 10_000;

export interface Command {
  readonly kind: 'get' | 'post';
  readonly count: number;
}

export function walletId(n: number): string {
  return `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
}

export function poolId(n: number): string {
  return `00000000-0000-7000-9000-${String(n).padStart(12, '0')}`;
}

/** Carries out orders, {@link AT_ONCE} at a time, over all wallets in an order that looks random. */
export function contest(contestant: Contestant): void {
  let turn = 0;
  const one = async (kind: Command['kind']): Promise<void> => {
    turn = (turn + 7_919) % WALLETS;
    const to = walletId(turn);
    if (kind === 'post') return contestant.post({ reference: newId(), from: poolId(turn), to, amount: 1 });
    if (!Number.isSafeInteger(await contestant.get(to))) throw new Error('A balance is no number.');
  };
  serve(async ({ kind, count }: Command) => {
    const began = performance.now();
    let left = count;
    const work = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await one(kind);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return (performance.now() - began) / 1_000;
  });
}
