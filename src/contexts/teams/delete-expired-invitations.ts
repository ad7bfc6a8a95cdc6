import { statement } from '../../database/transaction.ts';
import type { TeamsDependencies } from './dependencies.ts';

const deleteStatement = statement(
  'teams.delete_expired_invitations',
  'delete from teams.invitations where claimed_at is null and expires_at <= $1',
);

/** Forgets invitations that nobody accepted in time, and with them addresses of people who may never have heard of us. */
export async function deleteExpiredInvitations({ worker, clock }: Pick<TeamsDependencies, 'worker' | 'clock'>) {
  await worker.query(deleteStatement, [clock.now()]);
}
