import { reply } from '../../../contract/handlers.ts';
import type { Handlers } from '../../../contract/handlers.ts';
import { moneyText } from '../../../shared/money.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { listOwnBalances } from './balance-store.ts';
import { getSettleUpPlan } from './get-settle-up-plan.ts';
import { getTeamBalances } from './get-team-balances.ts';
import { getTeamDebts } from './get-team-debts.ts';

type BalanceOperation = 'getTeamBalances' | 'getTeamDebts' | 'getSettleUpPlan' | 'getOwnTeamBalances';

/** Who owes whom, and how to settle it. */
export function createBalanceOperations(dependencies: TeamsDependencies): Handlers<BalanceOperation> {
  return {
    getTeamBalances: async ({ path }, { principal }) => {
      const balances = await getTeamBalances(dependencies, { ...path, userId: principal.userId });
      return reply('getTeamBalances', {
        status: 200,
        body: {
          balances: balances.map(({ memberId, currency, net }) => ({
            ...{ memberId, currency, net: moneyText({ amount: net, currency }) },
          })),
        },
      });
    },
    getTeamDebts: async ({ path }, { principal }) => {
      const debts = await getTeamDebts(dependencies, { ...path, userId: principal.userId });
      return reply('getTeamDebts', {
        status: 200,
        body: { debts: debts.map((debt) => ({ ...debt, amount: moneyText(debt) })) },
      });
    },
    getSettleUpPlan: async ({ path }, { principal }) => {
      const plans = await getSettleUpPlan(dependencies, { ...path, userId: principal.userId });
      return reply('getSettleUpPlan', {
        status: 200,
        body: {
          plans: plans.map(({ currency, method, transfers }) => ({
            ...{ currency, method, transferCount: transfers.length },
            transfers: transfers.map(({ payerId, receiverId, amount }) => ({
              ...{ payerId, receiverId, amount: moneyText({ amount, currency }) },
            })),
          })),
        },
      });
    },
    getOwnTeamBalances: async (_, { principal }) => {
      const balances = await listOwnBalances(dependencies.primary, principal.userId);
      return reply('getOwnTeamBalances', {
        status: 200,
        body: {
          balances: balances.map((own) => ({ ...own, net: moneyText({ amount: own.net, currency: own.currency }) })),
        },
      });
    },
  };
}
