import type { Database, Transaction } from '../../../database/transaction.ts';
import type { Enqueue } from '../../../jobs/queue.ts';
import type { SandboxBooks, SandboxPlan } from '../../../ports/sandbox-payments.ts';
import type { Clock } from '../../../shared/clock.ts';
import { newId } from '../../../shared/id.ts';
import { publishSandboxEventsJob } from '../jobs.ts';
import {
  countCall,
  findCharge,
  findChargeOfKey,
  findMoveOfKey,
  insertCharge,
  insertEvent,
  insertMove,
  listMoves,
  lockCharge,
  updateCharge,
} from './sandbox-store.ts';

export interface SandboxBooksDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly enqueue: Enqueue;
}

/** The sandbox provider's side: keeps its charges, counts its calls, and sends its messages when they are due. */
export function createSandboxBooks({ database, clock, enqueue }: SandboxBooksDependencies): SandboxBooks {
  /** Writes what happens beside the charge itself. */
  async function write(tx: Transaction, { moves, events }: SandboxPlan): Promise<void> {
    for (const move of moves) await insertMove(tx, move);
    for (const { body, dueAt } of events) {
      await insertEvent(tx, { id: newId(clock.now().getTime()), body, dueAt });
      const second = Math.ceil(dueAt.getTime() / 1000);
      const runAt = new Date(second * 1000);
      await enqueue(
        tx,
        publishSandboxEventsJob,
        {},
        { key: `sandbox-payments:${second}`, runAt: dueAt > clock.now() ? runAt : dueAt },
      );
    }
  }
  return {
    async charge(key, plan) {
      await countCall(database, 'charge', key);
      return database.transaction(async (tx) => {
        if (await insertCharge(tx, key, plan.charge, clock.now())) {
          await write(tx, plan);
          return plan.charge;
        }
        const known = await findChargeOfKey(tx, key);
        if (known === undefined) throw new Error(`the charge of ${key} is gone`);
        return known;
      });
    },
    async move({ chargeId, kind, key }, decide) {
      await countCall(database, kind, key);
      return database.transaction(async (tx) => {
        const charge = await lockCharge(tx, chargeId);
        const known = await findMoveOfKey(tx, { kind, key });
        if (charge === undefined || known !== undefined) return known;
        const plan = decide(charge);
        if (plan === undefined) return undefined;
        await updateCharge(tx, plan.charge, clock.now());
        await write(tx, plan);
        return plan.moves[0];
      });
    },
    change: (chargeId, decide) =>
      database.transaction(async (tx) => {
        const charge = await lockCharge(tx, chargeId);
        const plan = charge && decide(charge);
        if (plan === undefined) return charge;
        await updateCharge(tx, plan.charge, clock.now());
        await write(tx, plan);
        return plan.charge;
      }),
    find: (by) => findCharge(database, by),
    list: (query) => listMoves(database, query),
  };
}
