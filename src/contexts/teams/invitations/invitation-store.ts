import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';
import type { Invitation } from './invitation.ts';

const columns = `id, team_id as "teamId", email, member_id as "memberId", role, invited_by as "invitedBy",
  created_at as "createdAt", expires_at as "expiresAt"`;

const insertStatement = statement(
  'teams.insert_invitation',
  `insert into teams.invitations (id, team_id, member_id, email, role, token_hash, invited_by, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);

export async function insertInvitation(tx: Transaction, invitation: Invitation, tokenHash: Buffer): Promise<void> {
  const { id, teamId, memberId, email, role, invitedBy, createdAt, expiresAt } = invitation;
  await tx.query(insertStatement, [id, teamId, memberId, email, role, tokenHash, invitedBy, createdAt, expiresAt]);
}

const open = 'claimed_at is null and expires_at > $2';

const findStatement = statement<Invitation>(
  'teams.find_invitation',
  `select ${columns} from teams.invitations where team_id = $1 and ${open} and id = $3`,
);

/** An invitation that is open. */
export async function findInvitation(
  queryable: Queryable,
  { teamId, invitationId, now }: { readonly teamId: string; readonly invitationId: string; readonly now: Date },
): Promise<Invitation | undefined> {
  const [row] = await queryable.query(findStatement, [teamId, now, invitationId]);
  return row;
}

export interface InvitationRow extends Invitation {
  /** `created_at` as PostgreSQL writes it, for cursors. */
  readonly sortKey: string;
}

const listStatement = statement<InvitationRow>(
  'teams.list_invitations',
  `select ${columns}, created_at::text as "sortKey" from teams.invitations
   where team_id = $1 and ${open} and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid))
   order by created_at desc, id desc limit $5`,
);

/** Those that are open, the newest first, strictly after `after`. */
export async function listInvitationRows(
  queryable: Queryable,
  { teamId, now }: { readonly teamId: string; readonly now: Date },
  { after, limit }: { readonly after: CursorPosition | undefined; readonly limit: number },
): Promise<InvitationRow[]> {
  return queryable.query(listStatement, [teamId, now, after?.key ?? null, after?.id ?? null, limit]);
}

const deleteStatement = statement<{ id: string }>(
  'teams.delete_invitation',
  `delete from teams.invitations where team_id = $1 and ${open} and id = $3 returning id`,
);

/** @returns whether there was such an open invitation */
export async function deleteInvitation(
  tx: Transaction,
  { teamId, invitationId, now }: { readonly teamId: string; readonly invitationId: string; readonly now: Date },
): Promise<boolean> {
  return (await tx.query(deleteStatement, [teamId, now, invitationId])).length > 0;
}

const byTokenStatement = statement<Invitation>(
  'teams.find_invitation_by_token',
  `select ${columns} from teams.invitations where token_hash = $1 and claimed_at is null and expires_at > $2`,
);

/** An open invitation by its token. Not locked: the team's lock comes first. */
export async function findInvitationByToken(
  queryable: Queryable,
  tokenHash: Buffer,
  now: Date,
): Promise<Invitation | undefined> {
  const [row] = await queryable.query(byTokenStatement, [tokenHash, now]);
  return row;
}

const claimStatement = statement<{ id: string }>(
  'teams.claim_invitation',
  `update teams.invitations set claimed_at = $2, claimed_by = $3, email = null where id = $1 and claimed_at is null
   returning id`,
);

/** @returns whether it was still to be had */
export async function markClaimed(
  tx: Transaction,
  { id, at, memberId }: { readonly id: string; readonly at: Date; readonly memberId: string },
): Promise<boolean> {
  return (await tx.query(claimStatement, [id, at, memberId])).length > 0;
}
