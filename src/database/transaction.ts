import type { Knex } from 'knex';
import type { PoolClient } from 'pg';

/** A named SQL text: prepared once per connection. The name is unique in the codebase and shows up in spans and logs. */
export interface Statement<Row> {
  readonly name: string;
  readonly text: string;
  /** Never set: carries the row type. */
  readonly row?: Row;
}

/**
 * Declares a statement with the type of its rows (columns come back under the names the SQL gives them).
 *
 * @example const findUser = statement<{ id: string }>('identity.find_user', 'select id from identity.users where id = $1');
 */
export function statement<Row = never>(name: string, text: string): Statement<Row> {
  return { name, text };
}

export interface Queryable {
  /** Runs a prepared statement and gives its rows. `bigint` arrives as a checked safe integer, `timestamptz` as Date. */
  query<Row>(statement: Statement<Row>, values?: readonly unknown[]): Promise<Row[]>;
}

/** One open transaction on one connection. Valid only until the function it was given to returns. */
export interface Transaction extends Queryable {
  /** Knex on this very connection: `Model.query(tx.models)` runs inside the transaction. */
  readonly models: Knex;
  /** The raw connection, for COPY and LISTEN. */
  readonly client: PoolClient;
  /** Runs `work` under a savepoint: if it throws, only its own effects are undone. */
  savepoint<T>(work: () => Promise<T>): Promise<T>;
}

export interface TransactionOptions {
  /** Deadlocks and serialization failures restart `work` from the beginning, at most this many times. Default 3. */
  readonly retries?: number;
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readonly readOnly?: boolean;
  /** Overrides the pool's statement_timeout, in milliseconds; 0 is none. */
  readonly statementTimeout?: number;
}

/** One pool of connections to one PostgreSQL. */
export interface Database extends Queryable {
  /** Commits what `work` did, or rolls all of it back when it throws. `work` may run again: it must have no other effect. */
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Waits for running work, then closes every connection. */
  close(): Promise<void>;
}
