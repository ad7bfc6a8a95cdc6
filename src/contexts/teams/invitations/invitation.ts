import type { Role } from '../members/team.ts';

/** What one person can accept until it expires. */
export interface Invitation {
  readonly id: string;
  readonly teamId: string;
  /** Where its token went; null: whoever has the link. */
  readonly email: string | null;
  /** The placeholder whose place is taken; null: a new member. */
  readonly memberId: string | null;
  readonly role: Role;
  /** The member who invites. */
  readonly invitedBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}
