import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { requireMatch } from '../../../shared/etag.ts';
import { recordHistory } from '../history/history-store.ts';
import { getTeam } from './get-team.ts';
import { requireMember, roleInsufficient } from './require-member.ts';
import type { InTeam } from './require-member.ts';
import { changeTeam, lockTeam } from './team-store.ts';
import type { Team, TeamView } from './team.ts';

export interface UpdateTeam extends InTeam {
  readonly ifMatch: string | undefined;
  readonly name: string | undefined;
  readonly archived: boolean | undefined;
}

/**
 * Renames a team, archives it or takes it back. What changes nothing keeps the version and leaves no trace.
 *
 * @throws Problem 404, 412, 428; 403 `team-role-insufficient`
 */
export async function updateTeam(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { teamId, userId, ifMatch, name, archived }: UpdateTeam,
): Promise<TeamView> {
  // Who may not see it does not get to wait for it.
  await requireMember(tx, { teamId, userId });
  await lockTeam(tx, teamId);
  const view = await getTeam(tx, { teamId, userId });
  if (view.self.role !== 'owner') throw roleInsufficient('Only an owner of the team may change it.');
  requireMatch(ifMatch, view.team.version);
  const before = view.team;
  const wanted = { id: teamId, name: name ?? before.name, archivedAt: archivedAt(before, archived, clock.now()) };
  if (wanted.name === before.name && wanted.archivedAt === before.archivedAt) return view;
  const team = await changeTeam(tx, wanted);
  await recordHistory(
    tx,
    { teamId, actorId: view.self.id },
    {
      action: actionOf(before, team),
      subject: 'team',
      subjectId: teamId,
      before: stateOf(before),
      after: stateOf(team),
    },
  );
  return { ...view, team };
}

function archivedAt({ archivedAt: since }: Team, archived: boolean | undefined, now: Date): Date | null {
  if (archived === undefined) return since;
  return archived ? (since ?? now) : null;
}

function actionOf(before: Team, after: Team): string {
  if ((before.archivedAt === null) === (after.archivedAt === null)) return 'team-renamed';
  return after.archivedAt === null ? 'team-reopened' : 'team-archived';
}

function stateOf({ name, archivedAt: since }: Team): object {
  return { name, archived: since !== null };
}
