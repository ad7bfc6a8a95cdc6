import type { Transaction } from '../../database/transaction.ts';
import { preconditionFailed, requireMatch } from '../../shared/etag.ts';
import type { SandboxBehaviour } from './sandbox-behaviour.ts';
import { readBehaviour, writeBehaviour } from './sandbox-store.ts';

/**
 * Tells a sandbox vendor how to behave from now on, in every process. What it planned before, such as a report, stays.
 *
 * @param ifMatch the caller's `If-Match`
 * @throws Problem 412 `precondition-failed`, 428 `precondition-required`
 */
export async function updateSandboxBehaviour(
  tx: Transaction,
  behaviour: Omit<SandboxBehaviour, 'version'>,
  ifMatch: string | undefined,
): Promise<SandboxBehaviour> {
  const current = await readBehaviour(tx, behaviour.channel);
  requireMatch(ifMatch, current.version);
  const written = await writeBehaviour(tx, { ...behaviour, version: current.version });
  if (written === undefined) throw preconditionFailed();
  return written;
}
