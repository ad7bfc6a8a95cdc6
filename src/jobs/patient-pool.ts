import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';

export interface PatientPool {
  /** For the queue alone. */
  readonly pool: Pool;
  /** From now on a worker that asks for a job hears that there is none, without a question to the database. */
  end(): void;
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

/** The queue's own names for writing down how a job ended. */
const endsJob = /^(complete|fail)_job/;
const takesJob = /^get_job/;
/** Its first question, which has no name: the numbers of the tasks. */
const namesTasks = /\b_private_tasks\b/;
/** Milliseconds between two tries of that. */
const pauseBetween = 250;

/** A question of the queue. */
interface Question {
  readonly name?: string;
  readonly text?: string;
  readonly values?: unknown[];
}

/**
 * graphile-worker writes down how a job ended without waiting for the answer, and repeats that only after some SQL states:
 * a server restart at this moment would be an unhandled rejection and end the process (measured on 0.18). Here a connection
 * that breaks then carries a state that it repeats after, up to 100 times, at most 5 seconds apart. Repeating is harmless:
 * ending a job twice changes nothing.
 */
export function patientPool(pool: Pool): PatientPool {
  const underWay = new Set<Promise<unknown>>();
  let ended = false;

  function follow<T>(asked: Promise<T>): Promise<T> {
    const settled: Promise<unknown> = asked.then(
      () => underWay.delete(settled),
      () => underWay.delete(settled),
    );
    underWay.add(settled);
    return asked;
  }

  async function ask(
    connection: () => Promise<PoolClient>,
    query: Question,
    rest: readonly unknown[],
  ): Promise<unknown> {
    const patient = endsJob.test(query.name ?? '');
    // Nobody waits for it any more, and a rejection would be one that nobody handles.
    if (patient && pool.ending) return new Promise(() => undefined);
    if (ended && takesJob.test(query.name ?? '')) return { rows: [] };
    try {
      const client = await connection();
      return await (client.query as (...args: readonly unknown[]) => Promise<unknown>).call(client, query, ...rest);
    } catch (error) {
      if (ended && takesJob.test(query.name ?? '')) return { rows: [] };
      if (!patient || !isBrokenConnection(error)) throw error;
      throw Object.assign(new Error('The connection broke.', { cause: error }), { code: '40001' });
    }
  }

  /**
   * Asks until there is an answer, or the end. The queue remembers what came of this question for ever: were it the break of a connection, no
   * worker of the lane would ever take a job (measured on 0.18).
   */
  async function askForTasks({ text = '', values = [] }: Question): Promise<unknown> {
    for (;;) {
      try {
        return await pool.query(text, values);
      } catch (error) {
        if (!isBrokenConnection(error)) throw error;
        if (ended) return { rows: [] };
        await pause(pauseBetween);
      }
    }
  }

  /** Connects at the first question, for only that tells whether patience is called for. */
  function lend(): PoolClient {
    let client: Promise<PoolClient> | undefined;
    const connection = (): Promise<PoolClient> => (client ??= pool.connect());
    return {
      query: (query: Question, ...rest: readonly unknown[]) =>
        follow(namesTasks.test(query.text ?? '') ? askForTasks(query) : ask(connection, query, rest)),
      release: () => {
        // A connection that could not be made has told so to whoever asked the question.
        void client?.then((given) => given.release()).catch(() => undefined);
      },
    } as unknown as PoolClient;
  }

  const connect = (callback?: Parameters<Pool['connect']>[0]): Promise<PoolClient> | void =>
    callback === undefined ? Promise.resolve(lend()) : pool.connect(callback);

  return {
    pool: Object.create(pool, { connect: { value: connect } }) as Pool,
    end: () => {
      ended = true;
    },
    async settled() {
      while (underWay.size > 0) {
        await Promise.all(underWay);
        // The next question of a sequence is asked in a later tick.
        await nextTurn();
      }
    },
  };
}
