import { callerId } from '../../contract/caller.ts';
import { reply } from '../../contract/handlers.ts';
import type { ContextHandlers } from '../../contract/handlers.ts';
import { campaignBody, eventStream, importBody, sourceBody, sourcePollBody, walletEntryBody } from './bodies.ts';
import { summariseMessages } from './bonus-import.ts';
import { cancelBonusImport } from './cancel-bonus-import.ts';
import { createBonusCampaign } from './create-bonus-campaign.ts';
import { createBonusImport } from './create-bonus-import.ts';
import type { UploadSlots } from './create-bonus-import.ts';
import type { RewardsDependencies } from './dependencies.ts';
import { exportBonusImportRejects } from './export-bonus-import-rejects.ts';
import { createGameOperations } from './games/game-operations.ts';
import { getBonusCampaign } from './get-bonus-campaign.ts';
import { getBonusImportEvents } from './get-bonus-import-events.ts';
import { getBonusImport } from './get-bonus-import.ts';
import { getWalletReconciliation } from './get-wallet-reconciliation.ts';
import { getWallet } from './get-wallet.ts';
import { listBonusCampaigns } from './list-bonus-campaigns.ts';
import { listBonusImports } from './list-bonus-imports.ts';
import { listWalletEntries } from './list-wallet-entries.ts';
import { createRedemptionOperations } from './redemptions/redemption-operations.ts';
import { resumeBonusImport } from './resume-bonus-import.ts';
import { getBonusSources } from './sources/get-bonus-sources.ts';
import { listBonusSourcePolls } from './sources/list-bonus-source-polls.ts';
import { requestBonusSourcePoll } from './sources/request-bonus-source-poll.ts';

const DEFAULT_WINDOW_SECONDS = 300;
const USUAL_MESSAGE = 'You got {coins} coins from {campaign}.';
const DIFFERENCES_SHOWN = 100;
/** An offset can move the last hours of the year 9999 into 10000, which no timestamp of the contract can say. */
const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export function createRewardsOperations(dependencies: RewardsDependencies) {
  const { clock, enqueue, notifications } = dependencies;
  const slots: UploadSlots = { taken: 0 };

  return {
    ...createGameOperations(dependencies),
    ...createRedemptionOperations(dependencies),
    createBonusCampaign: async ({ body }, caller) => {
      const { claimUntil, windowSeconds = DEFAULT_WINDOW_SECONDS, messageTemplate = USUAL_MESSAGE, ...rest } = body;
      const campaign = await createBonusCampaign(
        { tx: caller.tx, clock, notifications },
        {
          ...rest,
          messageTemplate,
          smsTemplate: body.smsTemplate ?? null,
          id: caller.id('campaign'),
          windowSeconds,
          claimUntil: claimUntil === undefined ? null : new Date(Math.min(Date.parse(claimUntil), LAST_INSTANT)),
          createdBy: callerId(caller.principal),
        },
      );
      return reply('createBonusCampaign', {
        status: 201,
        headers: { Location: `/api/v1/bonus-campaigns/${campaign.id}` },
        body: campaignBody(campaign, 0, clock.now()),
      });
    },
    listBonusCampaigns: async ({ query }) => {
      const page = await listBonusCampaigns(dependencies, { limit: query.limit, cursor: query.cursor });
      const items = page.items.map((campaign) => campaignBody(campaign, campaign.coinsGranted, clock.now()));
      return reply('listBonusCampaigns', { status: 200, body: { items, nextCursor: page.nextCursor } });
    },
    getBonusCampaign: async ({ path }) => {
      const campaign = await getBonusCampaign(dependencies, path.campaignId);
      return reply('getBonusCampaign', {
        status: 200,
        body: campaignBody(campaign, campaign.coinsGranted, clock.now()),
      });
    },
    createBonusImport: async ({ path, query, body }, caller) => {
      const { importId, isNew } = await createBonusImport(dependencies, slots, {
        campaignId: path.campaignId,
        window: query.windowStart === undefined ? undefined : new Date(query.windowStart),
        // Reading stops at a refusal, but the connection stays whole so that the sender can hear why.
        file: body.iterator({ destroyOnReturn: false }),
        createdBy: callerId(caller.principal),
      });
      return reply('createBonusImport', {
        status: isNew ? 202 : 200,
        headers: { Location: `/api/v1/bonus-imports/${importId}` },
        body: importBody(await getBonusImport(dependencies, importId)),
      });
    },
    listBonusImports: async ({ path, query }) => {
      const page = await listBonusImports(dependencies, {
        campaignId: path.campaignId,
        sha256: query.sha256,
        limit: query.limit,
        cursor: query.cursor,
      });
      const items = page.items.map(importBody);
      return reply('listBonusImports', { status: 200, body: { items, nextCursor: page.nextCursor } });
    },
    getBonusImport: async ({ path }) => {
      const progress = await getBonusImport(dependencies, path.importId);
      return reply('getBonusImport', { status: 200, body: importBody(progress) });
    },
    exportBonusImportRejects: async ({ path }) =>
      reply('exportBonusImportRejects', {
        status: 200,
        headers: { 'Content-Disposition': `attachment; filename="rejects-${path.importId}.csv"` },
        body: await exportBonusImportRejects(dependencies, path.importId),
      }),
    cancelBonusImport: async ({ path }, { tx }) => {
      const found = await cancelBonusImport({ tx, clock }, path.importId);
      const messages = summariseMessages(await notifications.countGroup(tx, found.id));
      return reply('cancelBonusImport', { status: 200, body: importBody({ import: found, messages }) });
    },
    resumeBonusImport: async ({ path }, { tx }) => {
      const found = await resumeBonusImport({ tx, clock, enqueue }, path.importId);
      const messages = summariseMessages(await notifications.countGroup(tx, found.id));
      return reply('resumeBonusImport', { status: 200, body: importBody({ import: found, messages }) });
    },
    getBonusSources: async () => {
      const sources = await getBonusSources(dependencies);
      return reply('getBonusSources', { status: 200, body: { sources: sources.map(sourceBody) } });
    },
    listBonusSourcePolls: async ({ path, query }) => {
      const { items, nextCursor } = await listBonusSourcePolls(dependencies, {
        source: path.sourceName,
        outcome: query.outcome,
        limit: query.limit,
        cursor: query.cursor,
      });
      return reply('listBonusSourcePolls', { status: 200, body: { items: items.map(sourcePollBody), nextCursor } });
    },
    requestBonusSourcePoll: async ({ path }, { tx }) => {
      const status = await requestBonusSourcePoll({ ...dependencies, tx }, path.sourceName);
      return reply('requestBonusSourcePoll', {
        status: 202,
        headers: { Location: `/api/v1/bonus-sources/${path.sourceName}/polls` },
        body: sourceBody(status),
      });
    },
    getBonusImportEvents: async ({ path }, { signal }) => {
      const events = await getBonusImportEvents(dependencies, { importId: path.importId, signal });
      return reply('getBonusImportEvents', { status: 200, body: eventStream(events) });
    },
    getWallet: async (_, { principal }) =>
      reply('getWallet', { status: 200, body: await getWallet(dependencies, principal.userId) }),
    listWalletEntries: async ({ query }, { principal }) => {
      const { items, nextCursor } = await listWalletEntries(dependencies, {
        userId: principal.userId,
        limit: query.limit,
        cursor: query.cursor,
      });
      return reply('listWalletEntries', { status: 200, body: { items: items.map(walletEntryBody), nextCursor } });
    },
    getWalletReconciliation: async () => {
      const { asOf, accounts, entries, creditedGrants, differences } = await getWalletReconciliation(dependencies);
      const body = {
        consistent: differences.length === 0,
        asOf: asOf.toISOString(),
        accounts,
        entries,
        creditedGrants,
        differenceCount: differences.length,
        differences: differences.slice(0, DIFFERENCES_SHOWN),
      };
      return reply('getWalletReconciliation', { status: 200, body });
    },
  } satisfies ContextHandlers<'rewards'>;
}
