import pg from 'pg';
import type { PoolClient } from 'pg';
import { traceQuery } from '../telemetry/tracing.ts';
import { modelsOn } from './models.ts';
import type { Database, Queryable, Statement, Transaction, TransactionOptions } from './transaction.ts';

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
  /** Told of each restart after a deadlock or a serialization failure. */
  readonly onRetry?: (sqlState: string) => void;
}

const INT8 = 20;
const NUMERIC = 1700;

/** `bigint` columns become numbers, and a value that a number cannot hold is an error instead of a wrong balance. */
function parseInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is not a safe integer`);
  return value;
}

const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8) return parseInteger;
    // sum(bigint) is numeric; anything with a fraction stays text for the caller to decide.
    if (oid === NUMERIC) return (text: string) => (/^-?\d+$/.test(text) ? parseInteger(text) : text);
    return pg.types.getTypeParser(oid, format);
  }) as typeof pg.types.getTypeParser,
};

/** Opens a pool. No connection is made before the first query. */
export function connect(options: ConnectOptions): Database & { readonly pool: pg.Pool } {
  const settings = [
    ...(options.role === undefined ? [] : [`role=${options.role}`]),
    `statement_timeout=${options.statementTimeout}`,
    'idle_in_transaction_session_timeout=60000',
    ...(options.readOnly === true ? ['default_transaction_read_only=on'] : []),
  ];
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.name,
    max: options.size,
    options: settings.map((setting) => `-c ${setting}`).join(' '),
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    types,
  });
  // An idle connection that breaks (server restart) is dropped by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);

  return {
    pool,
    query: (statement, values) => run(pool, statement, values),
    transaction: (work, transactionOptions) => transaction(pool, work, transactionOptions, options.onRetry),
    close: () => pool.end(),
  };
}

async function run<Row>(
  connection: pg.Pool | PoolClient,
  statement: Statement<Row>,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const { name, text } = statement;
  // PostgreSQL cuts names at 63 bytes, and two statements cut to one name would answer for each other.
  if (name.length > 63) throw new Error(`The statement name ${name} is longer than 63 characters.`);
  const result = await traceQuery(name, () => connection.query({ name, text, values: values as unknown[] }));
  return result.rows as Row[];
}

const restartable = new Set(['40001', '40P01']);

function sqlStateOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

async function transaction<T>(
  pool: pg.Pool,
  work: (tx: Transaction) => Promise<T>,
  options: TransactionOptions = {},
  onRetry: ((sqlState: string) => void) | undefined,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await attemptTransaction(pool, work, options);
    } catch (error) {
      const state = sqlStateOf(error);
      if (state === undefined || !restartable.has(state) || attempt >= (options.retries ?? 3)) throw error;
      onRetry?.(state);
    }
  }
}

async function attemptTransaction<T>(
  pool: pg.Pool,
  work: (tx: Transaction) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(opening(options));
    const result = await work(transactionOn(client));
    // A transaction that an ignored error has aborted answers COMMIT with ROLLBACK: that must not look like success.
    const commit = await client.query('commit');
    if (commit.command !== 'COMMIT') throw new Error('The transaction was rolled back: an earlier error was ignored.');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: unknown) => {
      broken = failure instanceof Error ? failure : new Error(String(failure));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

function opening({ isolation, readOnly, statementTimeout }: TransactionOptions): string {
  const begin = `begin${isolation === undefined ? '' : ` isolation level ${isolation}`}${readOnly === true ? ' read only' : ''}`;
  if (statementTimeout === undefined) return begin;
  if (!Number.isSafeInteger(statementTimeout)) throw new RangeError('statementTimeout must be whole milliseconds.');
  return `${begin}; set local statement_timeout = ${statementTimeout}`;
}

function transactionOn(client: PoolClient): Transaction {
  let savepoints = 0;
  const query: Queryable['query'] = (statement, values) => run(client, statement, values);
  return {
    client,
    query,
    get models() {
      return modelsOn(client);
    },
    async savepoint(work) {
      const name = `sp_${(savepoints += 1)}`;
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
