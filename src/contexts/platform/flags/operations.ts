import type { UserPrincipal } from '../../../contract/caller.ts';
import { reply } from '../../../contract/handlers.ts';
import type { Handlers, Schema } from '../../../contract/handlers.ts';
import type { Database } from '../../../database/transaction.ts';
import type { FlagSubject } from '../../../ports/feature-flags.ts';
import type { Clock } from '../../../shared/clock.ts';
import type { Cursors } from '../../../shared/cursor.ts';
import { etagOf } from '../../../shared/etag.ts';
import { createFlag } from './create-flag.ts';
import { deleteFlag } from './delete-flag.ts';
import type { LocalFlags } from './flag-source.ts';
import type { Flag } from './flag.ts';
import { getFlag, getFlagExposures, listFlags } from './list-flags.ts';
import { recordFlagExposure } from './record-flag-exposure.ts';
import { updateFlag } from './update-flag.ts';

export type FlagOperation =
  | 'listFlags'
  | 'createFlag'
  | 'getFlag'
  | 'updateFlag'
  | 'deleteFlag'
  | 'getFlagExposures'
  | 'getOwnFlags'
  | 'recordFlagExposure';

export interface FlagDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly cursors: Cursors;
  readonly localFlags: LocalFlags;
}

/** Choices made while Portico runs. */
export function createFlagOperations({
  database,
  clock,
  cursors,
  localFlags,
}: FlagDependencies): Handlers<FlagOperation> {
  return {
    listFlags: async ({ query }) => {
      const page = await listFlags({ database, cursors }, { limit: query.limit, cursor: query.cursor });
      return reply('listFlags', { status: 200, body: { ...page, items: page.items.map(flagBody) } });
    },
    createFlag: async ({ body }, { tx }) => {
      const { rules = [], rollout = 0, recordsExposures = false, enabled = true, ...rest } = body;
      const created = await createFlag({ tx, clock }, { ...rest, rules, rollout, recordsExposures, enabled });
      const headers = { Location: `/api/v1/flags/${created.key}`, ETag: etagOf(created.version) };
      return reply('createFlag', { status: 201, headers, body: flagBody(created) });
    },
    getFlag: async ({ path }) => {
      const found = await getFlag(database, path.flagKey);
      return reply('getFlag', { status: 200, headers: { ETag: etagOf(found.version) }, body: flagBody(found) });
    },
    updateFlag: async ({ path, headers, body }, { tx, auditChanges }) => {
      const { description, enabled, defaultVariant, variants, rules, rollout, recordsExposures } = body;
      const change = { description, enabled, defaultVariant, variants, rules, rollout, recordsExposures };
      const { before, after } = await updateFlag(
        { tx, clock },
        { key: path.flagKey, ifMatch: headers['If-Match'], change },
      );
      auditChanges({
        enabled: { from: before.enabled, to: after.enabled },
        defaultVariant: { from: before.defaultVariant, to: after.defaultVariant },
        rollout: { from: before.rollout, to: after.rollout },
        variants: { from: variantsText(before), to: variantsText(after) },
        rules: { from: before.rules.length, to: after.rules.length },
      });
      return reply('updateFlag', { status: 200, headers: { ETag: etagOf(after.version) }, body: flagBody(after) });
    },
    deleteFlag: async ({ path, headers }, { tx }) => {
      await deleteFlag(tx, { key: path.flagKey, ifMatch: headers['If-Match'] });
      return { status: 204 };
    },
    getFlagExposures: async ({ path }) => {
      const variants = await getFlagExposures(database, path.flagKey);
      return reply('getFlagExposures', {
        status: 200,
        body: { variants: variants.map((counted) => ({ ...counted })) },
      });
    },
    getOwnFlags: async (_input, { principal }) => {
      const flags = localFlags.decideAll(subjectOf(principal)).map((flag) => ({ ...flag }));
      return reply('getOwnFlags', { status: 200, body: { flags } });
    },
    recordFlagExposure: async ({ body }, { principal }) => {
      const variant = await recordFlagExposure(localFlags, body.flag, subjectOf(principal));
      return reply('recordFlagExposure', { status: 200, body: { key: body.flag, variant } });
    },
  };
}

function subjectOf({ userId, roles }: UserPrincipal): FlagSubject {
  return { userId, attributes: { role: roles } };
}

function variantsText({ variants }: Flag): string {
  return variants.map(({ name, weight }) => `${name}:${weight}`).join(' ');
}

function flagBody(flag: Flag): Schema<'Flag'> {
  const { variants, rules, createdAt, updatedAt, version: _version, ...settings } = flag;
  return {
    ...settings,
    variants: variants.map((variant) => ({ ...variant })),
    rules: rules.map((rule) => ({ ...rule, anyOf: [...rule.anyOf] })),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
