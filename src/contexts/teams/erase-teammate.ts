import { deleteDigest } from './digest/digest-store.ts';
import { recordHistory } from './history/history-store.ts';
import { changeMember, listMembers, listMemberships } from './members/member-store.ts';
import { changeTeam, findTeam, lockTeam, touchTeam } from './members/team-store.ts';
import type { Member } from './members/team.ts';
import type { TeamsDependencies } from './dependencies.ts';

/** What everybody is called whose account is gone. */
const NAMELESS = 'Deleted account';

/**
 * Forgets who somebody was when an account is erased. Their place stays as a placeholder without a name: what others owe
 * them, and they owe, must still sum. A team that loses its last owner gets the member who has been there longest; one
 * without any other account is archived. Safe to repeat: a team at a time, those that are done are not found again.
 */
export async function eraseTeammate(
  { worker, clock }: Pick<TeamsDependencies, 'worker' | 'clock'>,
  { userId }: { readonly userId: string },
): Promise<void> {
  await deleteDigest(worker, userId);
  for (const { teamId } of await listMemberships(worker, userId)) {
    await worker.transaction(async (tx) => {
      await lockTeam(tx, teamId);
      const members = await listMembers(tx, teamId);
      const erased = members.find((member) => member.userId === userId);
      const team = await findTeam(tx, teamId);
      if (erased === undefined || team === undefined) return;
      if (erased.role === 'owner' && erased.leftAt === null) {
        const heir = heirOf(members, erased);
        if (heir !== undefined) await changeMember(tx, { ...heir, role: 'owner' });
        else await changeTeam(tx, { ...team, archivedAt: team.archivedAt ?? clock.now() });
      }
      await changeMember(tx, { ...erased, userId: null, name: NAMELESS, role: 'member' });
      await touchTeam(tx, teamId);
      const change = { action: 'member-erased', subject: 'member', subjectId: erased.id };
      await recordHistory(tx, { teamId, actorId: null }, change);
    });
  }
}

/** Who owns the team now: another owner, else whoever has been there longest; members before viewers. */
function heirOf(members: readonly Member[], erased: Member): Member | undefined {
  const others = members.filter(({ id, userId, leftAt }) => id !== erased.id && userId !== null && leftAt === null);
  for (const role of ['owner', 'member', 'viewer'] as const) {
    const found = others.find((member) => member.role === role);
    if (found !== undefined) return found;
  }
  return undefined;
}
