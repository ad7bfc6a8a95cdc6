import { createHash, randomBytes } from 'node:crypto';

/** 32 random bytes in base64url: what the invited person has. Never stored. */
export function createInvitationToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored: random secrets need no slow hash. */
export function hashInvitationToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
