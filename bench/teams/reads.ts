import { connect } from '../../src/database/connect.ts';
import { measured } from '../../src/contexts/teams/index.ts';

const LOOKS = 1_000;
const WARM = 20;

export interface Times {
  readonly p50: number;
  readonly p95: number;
}

/** Milliseconds of one look, membership of the caller included. */
export async function measureReads(
  url: string,
  inTeam: { readonly teamId: string; readonly userId: string },
): Promise<Readonly<Record<'balances' | 'plan' | 'debts', Times>>> {
  const database = connect({ url, name: 'bench reads', size: 2, statementTimeout: 60_000, role: 'portico_app' });
  const parts = { primary: database };
  const time = async (look: () => Promise<unknown>, looks: number): Promise<Times> => {
    const times: number[] = [];
    for (let n = 0; n < looks; n += 1) {
      const began = performance.now();
      await look();
      times.push(performance.now() - began);
    }
    const sorted = times.slice(Math.min(WARM, looks - 1)).sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
    return { p50: at(0.5), p95: at(0.95) };
  };
  try {
    return {
      balances: await time(() => measured.getTeamBalances(parts, inTeam), LOOKS + WARM),
      plan: await time(() => measured.getSettleUpPlan(parts, inTeam), 5),
      debts: await time(() => measured.getTeamDebts(parts, inTeam), LOOKS + WARM),
    };
  } finally {
    await database.close();
  }
}
