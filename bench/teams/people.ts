/** So many connections, and so many expenses at once. */
export const AT_ONCE = 20;
/** Each connection writes in teams of its own: contestants are compared, not waits for one row. */
export const TEAMS_EACH = 10;
export const TEAMS = AT_ONCE * TEAMS_EACH;
/** Members of each team, all of whom share each expense. */
export const MEMBERS = 5;

export function teamId(team: number): string {
  return idOf(1, team);
}

/** The account of a team's owner. */
export function ownerUserId(team: number): string {
  return idOf(2, team);
}

export function memberId(team: number, member: number): string {
  return idOf(3, team * MEMBERS + member);
}

function idOf(kind: number, n: number): string {
  return `00000000-0000-700${kind}-8000-${n.toString(16).padStart(12, '0')}`;
}
