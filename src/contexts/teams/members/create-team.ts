import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { recordHistory } from '../history/history-store.ts';
import { insertMember } from './member-store.ts';
import { insertTeam } from './team-store.ts';
import type { Member, TeamView } from './team.ts';

export interface CreateTeam {
  readonly id: string;
  readonly name: string;
  /** Of its first member and owner. */
  readonly memberId: string;
  readonly userId: string;
  readonly ownName: string;
}

/** Makes a team whose only member and owner is who asks for it. */
export async function createTeam(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { id, name, memberId, userId, ownName }: CreateTeam,
): Promise<TeamView> {
  const now = clock.now();
  const team = await insertTeam(tx, { id, name, createdAt: now });
  const self: Member = { id: memberId, userId, name: ownName, role: 'owner', joinedAt: now, leftAt: null };
  await insertMember(tx, id, self);
  const change = { action: 'team-created', subject: 'team', subjectId: id, after: { name } };
  await recordHistory(tx, { teamId: id, actorId: memberId }, change);
  return { team, self, members: [self] };
}
