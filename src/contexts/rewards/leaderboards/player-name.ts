import { createHmac } from 'node:crypto';
import { derivedId } from '../../../shared/id.ts';

/** What other players see instead of an account's id: always the same for one account, and no way back without the secret. */
export function playerName(secret: Buffer, userId: string): string {
  return derivedId('player', createHmac('sha256', secret).update(`player|${userId}`).digest('hex'));
}
