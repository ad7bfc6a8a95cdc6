import knex from 'knex';
import type { Knex } from 'knex';
import type { PoolClient } from 'pg';

const instances = new WeakMap<PoolClient, Knex>();

/**
 * Knex on one given connection: `Model.query(modelsOn(client))` runs wherever that connection is, inside its transaction.
 * One instance per physical connection, made on first use (docs/decisions/0001).
 */
export function modelsOn(client: PoolClient): Knex {
  const known = instances.get(client);
  if (known !== undefined) return known;
  // Without connection settings Knex opens no pool; the two overrides make it use ours.
  const instance = knex({ client: 'pg' });
  const dialect = instance.client as Knex.Client;
  Object.assign(client, { __knexUid: `portico_${uid++}` });
  dialect.acquireConnection = () => Promise.resolve(client);
  dialect.releaseConnection = () => Promise.resolve();
  instances.set(client, instance);
  return instance;
}

let uid = 0;
