import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';

export interface PatientPool {
  /** For the queue alone. */
  readonly pool: Pool;
  /** Resolves when nothing that the queue asked of the database is under way. */
  settled(): Promise<void>;
}

/** What a connection that broke says, as an SQL state, as a system error, or as a sentence of the driver. */
const brokenConnection =
  /^(08...|57P0[123]|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH)$|^Connection terminated|not queryable|timeout exceeded when trying to connect/;

function isBrokenConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return brokenConnection.test(error.message) || (typeof code === 'string' && brokenConnection.test(code));
}

/**
 * graphile-worker writes down how a job ended without waiting for the answer, and repeats that only after some SQL states:
 * a server restart at this moment would be an unhandled rejection and end the process (measured on 0.18). Here a broken
 * connection carries a state that it repeats after (up to 100 times, at most 5 seconds apart). Repeating is harmless:
 * ending a job twice changes nothing, and one that was fetched twice is freed by recover-jobs.ts.
 */
export function patientPool(pool: Pool): PatientPool {
  const underWay = new Set<Promise<unknown>>();

  function follow<T>(asked: Promise<T>): Promise<T> {
    const patient = asked.catch((error: unknown) => {
      throw isBrokenConnection(error)
        ? Object.assign(new Error('The connection broke.', { cause: error }), { code: '40001' })
        : error;
    });
    const settled: Promise<unknown> = patient.then(
      () => underWay.delete(settled),
      () => underWay.delete(settled),
    );
    underWay.add(settled);
    return patient;
  }

  async function lend(): Promise<PoolClient> {
    // Nobody waits for what is asked after the end, and a rejection would be one that nobody handles.
    if (pool.ending) return new Promise(() => undefined);
    const client = await follow(pool.connect());
    const query = client.query.bind(client) as (...args: readonly unknown[]) => Promise<unknown>;
    return Object.create(client, {
      query: { value: (...args: readonly unknown[]) => follow(query(...args)) },
    }) as PoolClient;
  }

  const connect = (callback?: Parameters<Pool['connect']>[0]): Promise<PoolClient> | void =>
    callback === undefined ? lend() : pool.connect(callback);

  return {
    pool: Object.create(pool, { connect: { value: connect } }) as Pool,
    async settled() {
      while (underWay.size > 0) {
        await Promise.all(underWay);
        // Who was lent a connection asks its question in a later tick.
        await nextTurn();
      }
    },
  };
}
