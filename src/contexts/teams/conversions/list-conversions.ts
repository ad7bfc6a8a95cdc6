import { pageOf } from '../../../shared/cursor.ts';
import type { Page } from '../../../shared/cursor.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { listConversionRows } from './conversion-store.ts';
import type { Conversion } from './conversion.ts';

export interface ListConversions extends InTeam {
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** The conversions of a team, the newest first. @throws Problem 404; 400 `invalid-cursor` */
export async function listConversions(
  { primary, cursors }: Pick<TeamsDependencies, 'primary' | 'cursors'>,
  { teamId, userId, limit, cursor }: ListConversions,
): Promise<Page<Conversion>> {
  await requireMember(primary, { teamId, userId });
  const scope = { operation: 'listConversions', filters: { teamId } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listConversionRows(primary, teamId, { after, limit: limit + 1 });
  const page = pageOf(rows, limit, ({ sortKey, conversion }) =>
    cursors.encode(scope, { key: sortKey, id: conversion.id }),
  );
  return { ...page, items: page.items.map(({ conversion }) => conversion) };
}
