import type { TeamsDependencies } from '../dependencies.ts';
import { requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { listBalancesOfTeam } from './balance-store.ts';
import { planBeside } from './plan-beside.ts';
import type { Net, TransferPlan } from './plan-transfers.ts';

/** How to settle one currency. */
export interface CurrencyPlan extends TransferPlan {
  readonly currency: string;
}

/** Proposes transfers that settle a team, per currency. Records nothing. @throws Problem 404 */
export async function getSettleUpPlan(
  { primary }: Pick<TeamsDependencies, 'primary'>,
  inTeam: InTeam,
): Promise<CurrencyPlan[]> {
  await requireMember(primary, inTeam);
  const nets = new Map<string, Net[]>();
  for (const { currency, memberId: id, net } of await listBalancesOfTeam(primary, inTeam.teamId)) {
    nets.set(currency, [...(nets.get(currency) ?? []), { id, net }]);
  }
  const plans: CurrencyPlan[] = [];
  for (const [currency, open] of nets) plans.push({ currency, ...(await planBeside(open)) });
  return plans;
}
