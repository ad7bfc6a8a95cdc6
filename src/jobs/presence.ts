import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';

/** Tells every process which workers live: a job whose worker is not present has been left behind. */
export interface Presence {
  /** The workers announced here. */
  readonly workers: readonly string[];
  /** Resolves when the others can see this worker, or will as soon as a broken connection is back. */
  announce(worker: string): Promise<void>;
  /** Gives the connection back; the workers count as gone from now on. */
  end(): Promise<void>;
}

/** The advisory lock that stands for one worker, for use in SQL; `worker` is an expression. */
export const presenceLock = (worker: string): string => `hashtextextended('portico worker ' || ${worker}, 0)`;

// Shared, so that a new session can hold it while the server still keeps a broken one.
const hold = `select pg_advisory_lock_shared(${presenceLock('worker')}) from unnest($1::text[]) as worker`;

/** Milliseconds between attempts to come back: doubling up to the second. */
const retry = { first: 100, longest: 5_000 };

/**
 * One connection for the whole process that holds a lock per worker. PostgreSQL drops the locks in the moment the process
 * dies, however it dies; no clock and no heartbeat is involved.
 */
export async function openPresence(pool: Pool): Promise<Presence> {
  const workers: string[] = [];
  const ended = new AbortController();
  let returning: Promise<void> | undefined;
  let session: PoolClient | undefined = await open();

  async function open(): Promise<PoolClient> {
    const client = await pool.connect();
    client.once('end', () => {
      if (client === session) lose(client);
    });
    return client;
  }

  function lose(client: PoolClient): void {
    session = undefined;
    client.release(true);
    if (!ended.signal.aborted) returning = comeBack();
  }

  async function comeBack(): Promise<void> {
    for (let wait = retry.first; ; wait = Math.min(wait * 2, retry.longest)) {
      const awake = await pause(wait, true, { signal: ended.signal, ref: false }).catch(() => false);
      if (!awake) return;
      const client = await open().catch(() => undefined);
      if (client === undefined) continue;
      try {
        await client.query(hold, [workers]);
        session = client;
        return;
      } catch {
        client.release(true);
      }
    }
  }

  return {
    workers,
    async announce(worker) {
      workers.push(worker);
      const client = session;
      try {
        await client?.query(hold, [[worker]]);
      } catch {
        if (client !== undefined && client === session) lose(client);
      }
    },
    async end() {
      ended.abort();
      await returning;
      const client = session;
      session = undefined;
      client?.release(true);
    },
  };
}
