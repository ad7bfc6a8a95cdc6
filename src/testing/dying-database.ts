import type { Database, Queryable, Transaction } from '../database/transaction.ts';

/** What every call of a dead process's database throws. */
export class ProcessDied extends Error {
  override readonly name = 'ProcessDied';
}

export interface DyingDatabase extends Database {
  /** Whether the end was reached; false means that the work needed fewer steps. */
  readonly died: boolean;
}

/**
 * A database as seen by a process that is killed after so many steps: a step is a statement or a commit. An open transaction
 * rolls back, as PostgreSQL does when the connection breaks; a commit may happen without the process hearing of it; and
 * nothing reaches the database any more afterwards.
 */
export function createDyingDatabase(database: Database, steps: number): DyingDatabase {
  let left = steps;
  function step(): void {
    if (left === 0) throw new ProcessDied('The process was killed here.');
    left -= 1;
  }
  const dying = (queryable: Queryable): Queryable['query'] => {
    return async (statement, values) => {
      step();
      return queryable.query(statement, values);
    };
  };
  return {
    get died() {
      return left === 0;
    },
    query: dying(database),
    transaction: async (work, options) => {
      const result = await database.transaction((tx) => {
        const mortal = Object.create(tx) as Transaction;
        return work(Object.assign(mortal, { query: dying(tx) }));
      }, options);
      step();
      return result;
    },
    close: () => database.close(),
  };
}

/**
 * Runs `life` again and again: killed before its first step, after its first, after its second, … until it lives to its end.
 *
 * @param life does the work on the given database; it may end in any way
 * @param afterlife brings things to an end in another process, and checks that all promises were kept
 * @returns how many times it was killed
 */
export async function killAfterEachStep(
  database: Database,
  life: (mortal: DyingDatabase) => Promise<unknown>,
  afterlife: (steps: number) => Promise<void>,
): Promise<number> {
  for (let steps = 0; ; steps += 1) {
    const mortal = createDyingDatabase(database, steps);
    await life(mortal).catch((error: unknown) => {
      if (!(error instanceof ProcessDied)) throw error;
    });
    await afterlife(steps);
    if (!mortal.died) return steps;
  }
}
