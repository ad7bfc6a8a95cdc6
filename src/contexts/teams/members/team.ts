/** `owner` may do everything, `member` writes expenses and settlements, `viewer` only reads. */
export type Role = 'owner' | 'member' | 'viewer';

/** Everybody who is or was in a team, at most. */
export const MOST_MEMBERS = 1_000;

export interface Member {
  readonly id: string;
  /** Null: a placeholder, whose place an invitation may give to a person. */
  readonly userId: string | null;
  readonly name: string;
  readonly role: Role;
  readonly joinedAt: Date;
  /** Null while in the team. */
  readonly leftAt: Date | null;
}

export interface Team {
  readonly id: string;
  readonly name: string;
  readonly archivedAt: Date | null;
  /** Counts the changes of the team and of its members; the ETag. */
  readonly version: number;
  readonly createdAt: Date;
}

/** A team as one of its members sees it. */
export interface TeamView {
  readonly team: Team;
  readonly self: Member;
  /** By the time of joining; those who have left too. */
  readonly members: readonly Member[];
}
