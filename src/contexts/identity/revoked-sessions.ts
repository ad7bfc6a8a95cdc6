import type { Database } from '../../database/transaction.ts';
import { listRevokedSessions } from './session-store.ts';

/** The sessions that ended while access tokens of theirs may still live, as this process knows them. */
export interface RevokedSessions {
  has(sessionId: string): boolean;
  /** To be called after the commit that ended them, so that this process knows before it answers. */
  add(sessionIds: readonly string[]): void;
  /** Catches up with what other processes ended: the net under LISTEN, whose connection can break. */
  load(): Promise<void>;
}

/** @param tokenLifetime seconds an access token lives: after that a revoked session needs no memory */
export function createRevokedSessions(database: Database, tokenLifetime: number): RevokedSessions {
  const keep = (tokenLifetime + 60) * 1000;
  const forgetAt = new Map<string, number>();

  function add(sessionIds: readonly string[]): void {
    const now = performance.now();
    for (const [id, at] of forgetAt) {
      if (at > now) break;
      forgetAt.delete(id);
    }
    for (const id of sessionIds) {
      // Deleted first: insertion order stays the order of forgetting.
      forgetAt.delete(id);
      forgetAt.set(id, now + keep);
    }
  }

  return {
    has: (sessionId) => forgetAt.has(sessionId),
    add,
    load: async () => add((await listRevokedSessions(database, tokenLifetime + 60)).filter((id) => !forgetAt.has(id))),
  };
}
