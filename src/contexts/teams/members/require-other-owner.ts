import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import type { TeamView } from './team.ts';

/** To be asked under the team's lock, of an owner who ceases to be one. @throws Problem 409 `last-owner` */
export function requireOtherOwner({ members }: Pick<TeamView, 'members'>, memberId: string): void {
  if (members.some(({ id, role, leftAt }) => role === 'owner' && leftAt === null && id !== memberId)) return;
  throw new Problem(problems['last-owner'], { detail: 'Make somebody else an owner first, or archive the team.' });
}
