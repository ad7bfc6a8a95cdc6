import { reply } from '../../../contract/handlers.ts';
import type { Handlers, Schema } from '../../../contract/handlers.ts';
import { moneyText } from '../../../shared/money.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { confirmSettlement } from './confirm-settlement.ts';
import { getSettlement } from './get-settlement.ts';
import { listSettlements } from './list-settlements.ts';
import { recordSettlement } from './record-settlement.ts';
import type { Settlement } from './settlement.ts';
import { voidSettlement } from './void-settlement.ts';

type SettlementOperation =
  'listSettlements' | 'recordSettlement' | 'getSettlement' | 'confirmSettlement' | 'voidSettlement';

/** Payments between members. */
export function createSettlementOperations(dependencies: TeamsDependencies): Handlers<SettlementOperation> {
  const { clock } = dependencies;
  return {
    listSettlements: async ({ path, query }, { principal }) => {
      const { state, limit, cursor } = query;
      const page = await listSettlements(dependencies, { ...path, userId: principal.userId, state, limit, cursor });
      return reply('listSettlements', { status: 200, body: { ...page, items: page.items.map(settlementBody) } });
    },
    recordSettlement: async ({ path, body }, { tx, id, principal }) => {
      const { note = null, ...payment } = body;
      const command = { ...path, ...payment, note, id: id('settlement'), userId: principal.userId };
      const settlement = await recordSettlement({ tx, clock }, command);
      return reply('recordSettlement', {
        status: 201,
        headers: { Location: `/api/v1/teams/${settlement.teamId}/settlements/${settlement.id}` },
        body: settlementBody(settlement),
      });
    },
    getSettlement: async ({ path }, { principal }) => {
      const settlement = await getSettlement(dependencies, { ...path, userId: principal.userId });
      return reply('getSettlement', { status: 200, body: settlementBody(settlement) });
    },
    confirmSettlement: async ({ path }, { tx, principal }) => {
      const settlement = await confirmSettlement({ tx, clock }, { ...path, userId: principal.userId });
      return reply('confirmSettlement', { status: 200, body: settlementBody(settlement) });
    },
    voidSettlement: async ({ path }, { tx, principal }) => {
      const settlement = await voidSettlement({ tx, clock }, { ...path, userId: principal.userId });
      return reply('voidSettlement', { status: 200, body: settlementBody(settlement) });
    },
  };
}

function settlementBody(settlement: Settlement): Schema<'Settlement'> {
  const { id, teamId, payerId, receiverId, currency, amount, paidOn, note, state, recordedBy } = settlement;
  return {
    ...{
      id,
      teamId,
      payerId,
      receiverId,
      amount: moneyText({ amount, currency }),
      currency,
      paidOn,
      state,
      recordedBy,
    },
    ...(note === null ? {} : { note }),
    ...{ createdAt: settlement.createdAt.toISOString(), updatedAt: settlement.updatedAt.toISOString() },
  };
}
