import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { PoolClient } from 'pg';
import { traceQuery } from '../telemetry/tracing.ts';
import { modelsOn } from './models.ts';
import type { Database, Statement, Transaction, TransactionOptions } from './transaction.ts';

/** The role every application connection runs as; migrations create it and grant it exactly what is needed. */
export const applicationRole = 'portico_app';

export interface ConnectOptions {
  readonly url: string;
  /** Shows up in pg_stat_activity: `portico primary`. */
  readonly name: string;
  /** Connections at most. */
  readonly size: number;
  /** Milliseconds until PostgreSQL cancels a statement; 0 is never. */
  readonly statementTimeout: number;
  /** The role to run as; undefined stays the role that logged in (migrations, the job runner). */
  readonly role?: string;
  /** Every transaction is read-only: for replicas and dashboards. */
  readonly readOnly?: boolean;
  /** Other settings of each connection, by name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told of each restart after a deadlock or a serialization failure. */
  readonly onRetry?: (sqlState: string) => void;
}

/** `bigint` columns become numbers, and a value that a number cannot hold is an error instead of a wrong balance. */
function parseInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is not a safe integer`);
  return value;
}

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, parseInteger);
// sum(bigint) is numeric; anything with a fraction stays text for the caller to decide.
types.setTypeParser(pg.types.builtins.NUMERIC, (text) => (/^-?\d+$/.test(text) ? parseInteger(text) : text));

/** Opens a pool. No connection is made before the first query. */
export function connect(options: ConnectOptions): Database & { readonly pool: pg.Pool } {
  const settings = [
    ...(options.role === undefined ? [] : [`role=${options.role}`]),
    `statement_timeout=${options.statementTimeout}`,
    'idle_in_transaction_session_timeout=60000',
    ...(options.readOnly === true ? ['default_transaction_read_only=on'] : []),
    ...Object.entries(options.settings ?? {}).map(([name, value]) => `${name}=${value}`),
  ];
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.name,
    max: options.size,
    options: settings.map((setting) => `-c ${setting}`).join(' '),
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    types,
  });
  const patience = patienceFor(options.statementTimeout);
  // An idle connection that breaks (server restart) is dropped by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  // The same for one that breaks while it is lent out; its query has rejected already.
  pool.on('connect', (client) => client.on('error', () => undefined));

  return {
    pool,
    // A statement on its own is a transaction, too: a deadlock has undone all of it.
    query: (statement, values) =>
      restarting(() => run(pool, statement, values, patience), usualRetries, options.onRetry),
    transaction: (work, transactionOptions = {}) =>
      restarting(
        () => attemptTransaction(pool, work, transactionOptions, patience),
        transactionOptions.retries ?? usualRetries,
        options.onRetry,
      ),
    close: () => pool.end(),
  };
}

async function run<Row>(
  connection: pg.Pool | PoolClient,
  statement: Statement<Row>,
  values: readonly unknown[] | undefined,
  patience: number | undefined,
): Promise<Row[]> {
  const { name, text } = statement;
  // PostgreSQL cuts names at 63 bytes, and two statements cut to one name would answer for each other.
  if (name.length > 63) throw new Error(`The statement name ${name} is longer than 63 characters.`);
  const result = await traceQuery(name, () =>
    connection.query(timed({ name, text, values: (values ?? []) as unknown[] }, patience)),
  );
  return result.rows as Row[];
}

/**
 * PostgreSQL cancels what takes too long, but one that hangs or a network that swallows packets cancels nothing: so long after
 * that moment the answer is given up here, in milliseconds.
 */
const SILENCE = 3_000;

function patienceFor(statementTimeout: number): number | undefined {
  return statementTimeout === 0 ? undefined : statementTimeout + SILENCE;
}

/** pg's own limit per query, which its types do not know. */
function timed(query: pg.QueryConfig, patience: number | undefined): pg.QueryConfig {
  return patience === undefined ? query : Object.assign(query, { query_timeout: patience });
}

/** pg gives this no code. */
function isSilence(error: unknown): error is Error {
  return Error.isError(error) && error.message === 'Query read timeout';
}

const restartable = new Set(['40001', '40P01']);

/** Also of what Objection has wrapped: its errors hold PostgreSQL's as `nativeError`. */
function sqlStateOf(error: unknown): string | undefined {
  if (error instanceof pg.DatabaseError) return error.code;
  const native = Error.isError(error) && 'nativeError' in error ? error.nativeError : undefined;
  return native instanceof pg.DatabaseError ? native.code : undefined;
}

const usualRetries = 3;

/** Runs work that PostgreSQL undoes as a whole, from the beginning after each lost race, `retries` times at most. */
async function restarting<T>(
  work: () => Promise<T>,
  retries: number,
  onRetry: ((sqlState: string) => void) | undefined,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const state = sqlStateOf(error);
      if (state === undefined || !restartable.has(state) || attempt >= retries) throw error;
      onRetry?.(state);
      // Those who met here may meet again: each waits a different moment, longer with each meeting.
      await pause(Math.random() * 10 * 2 ** attempt);
    }
  }
}

async function attemptTransaction<T>(
  pool: pg.Pool,
  work: (tx: Transaction) => Promise<T>,
  options: TransactionOptions,
  usualPatience: number | undefined,
): Promise<T> {
  const { statementTimeout } = options;
  const patience = statementTimeout === undefined ? usualPatience : patienceFor(statementTimeout);
  const client = await pool.connect();
  let broken: Error | undefined;
  // The pool listens to idle connections only: one that breaks in here while no query runs would end the process.
  const onBroken = (error: Error): void => void (broken = error);
  client.on('error', onBroken);
  const tx = transactionOn(client, patience);
  try {
    await client.query(timed({ text: opening(options) }, patience));
    const result = await work(tx);
    tx.end();
    // A transaction that an ignored error has aborted answers COMMIT with ROLLBACK: that must not look like success.
    const commit = await client.query(timed({ text: 'commit' }, patience));
    if (commit.command !== 'COMMIT') throw new Error('The transaction was rolled back: an earlier error was ignored.');
    return result;
  } catch (error) {
    tx.end();
    if (isSilence(error)) {
      // The connection still waits for that answer: a rollback would wait behind it. PostgreSQL undoes what a closed
      // connection leaves open.
      broken ??= error;
    } else {
      await client.query(timed({ text: 'rollback' }, patience)).catch((failure: unknown) => {
        broken ??= failure instanceof Error ? failure : new Error(String(failure));
      });
    }
    throw error;
  } finally {
    client.off('error', onBroken);
    client.release(broken);
  }
}

function opening({ isolation, readOnly, statementTimeout }: TransactionOptions): string {
  const begin = `begin${isolation === undefined ? '' : ` isolation level ${isolation}`}${readOnly === true ? ' read only' : ''}`;
  if (statementTimeout === undefined) return begin;
  if (!Number.isSafeInteger(statementTimeout)) throw new RangeError('statementTimeout must be whole milliseconds.');
  return `${begin}; set local statement_timeout = ${statementTimeout}`;
}

/** `end` makes it useless: a query that was not awaited would otherwise run inside a stranger's transaction. */
function transactionOn(client: PoolClient, patience: number | undefined): Transaction & { end(): void } {
  let savepoints = 0;
  let ended = false;
  const open = (): PoolClient => {
    if (ended) throw new Error('This transaction has ended: await everything inside it.');
    return client;
  };
  return {
    get client() {
      return open();
    },
    get models() {
      return modelsOn(open());
    },
    query: async (statement, values) => run(open(), statement, values, patience),
    end: () => {
      ended = true;
    },
    async savepoint(work) {
      const name = `sp_${(savepoints += 1)}`;
      open();
      await client.query(`savepoint ${name}`);
      try {
        const result = await work();
        await client.query(`release savepoint ${name}`);
        return result;
      } catch (error) {
        await client.query(`rollback to savepoint ${name}; release savepoint ${name}`);
        throw error;
      }
    },
  };
}
