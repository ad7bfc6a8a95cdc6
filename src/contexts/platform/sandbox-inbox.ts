import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../database/transaction.ts';
import type { SandboxDelivery, SandboxInbox } from '../../ports/sandbox-inbox.ts';
import type { SendOutcome } from '../../ports/send-outcome.ts';
import type { Clock } from '../../shared/clock.ts';
import { newId } from '../../shared/id.ts';
import { enqueueSandboxReports } from './jobs.ts';
import { drawFate } from './sandbox-behaviour.ts';
import type { SandboxBehaviour, SandboxChannel, SandboxFate } from './sandbox-behaviour.ts';
import { insertDeliveries, readBehaviour } from './sandbox-store.ts';

export interface SandboxInboxDependencies {
  readonly database: Database;
  readonly clock: Clock;
  /** A number in [0, 1): draws the fate of each message. Default: Math.random. */
  readonly chance?: () => number;
}

interface Waiting {
  readonly delivery: SandboxDelivery;
  readonly answer: (outcome: SendOutcome) => void;
}

/** The id that the sandbox vendor gives to a message: known before the message is, like a vendor's that deduplicates. */
export function sandboxMessageId(reference: string): string {
  return `sandbox-${reference}`;
}

/**
 * The sandbox vendors' side: keeps messages for people to read, misbehaves as configured, and plans delivery reports.
 * Calls made in the same turn of the event loop are stored by one statement, so that a hundred messages in flight cost
 * about as much as one.
 */
export function createSandboxInbox(dependencies: SandboxInboxDependencies): SandboxInbox {
  const gathered: Record<SandboxChannel, Waiting[]> = { sms: [], email: [] };

  async function flush(channel: SandboxChannel): Promise<void> {
    const calls = gathered[channel].splice(0);
    try {
      const outcomes = await deliverAll(
        dependencies,
        channel,
        calls.map(({ delivery }) => delivery),
      );
      calls.forEach(({ answer }, index) => answer(outcomes[index] ?? lost('no outcome')));
    } catch (error) {
      // The statement may have been committed although its answer was lost; the reference makes asking again safe.
      for (const { answer } of calls) answer(lost(error instanceof Error ? error.message : String(error)));
    }
  }

  return {
    deliver(delivery, { signal }) {
      if (signal.aborted) return Promise.resolve({ outcome: 'unavailable', code: 'aborted', detail: 'not begun' });
      return new Promise((resolve) => {
        const giveUp = (): void => answer(lost('Given up before the sandbox answered.'));
        const answer = (outcome: SendOutcome): void => {
          signal.removeEventListener('abort', giveUp);
          resolve(outcome);
        };
        signal.addEventListener('abort', giveUp, { once: true });
        const calls = gathered[delivery.channel];
        if (calls.push({ delivery, answer }) === 1) setImmediate(() => void flush(delivery.channel));
      });
    },
  };
}

async function deliverAll(
  { database, clock, chance = Math.random }: SandboxInboxDependencies,
  channel: SandboxChannel,
  deliveries: readonly SandboxDelivery[],
): Promise<readonly SendOutcome[]> {
  const now = clock.now();
  const behaviour = await readBehaviour(database, channel);
  const drawn = deliveries.map((delivery) => ({ delivery, fate: drawFate(behaviour, chance) }));
  const taken = drawn.filter(({ fate }) => fate.answer === 'accepted' || fate.answer === 'lost');
  const reportAt = new Date(now.getTime() + behaviour.reportDelayMilliseconds);
  if (taken.length > 0) {
    await database.transaction(async (tx) => {
      const rows = taken.map(({ delivery, fate }) => ({
        id: newId(now.getTime()),
        channel,
        reference: delivery.reference,
        address: delivery.address,
        subject: delivery.subject ?? null,
        body: delivery.body,
        report: fate.report,
        reportAt: fate.report === null ? null : reportAt,
      }));
      await insertDeliveries(tx, rows, now);
      if (rows.some((row) => row.report !== null)) await enqueueSandboxReports(tx, reportAt);
    });
  }
  await delay(behaviour);
  return drawn.map(({ delivery, fate }) => outcomeOf(delivery, fate));
}

async function delay({ sendDelayMilliseconds }: SandboxBehaviour): Promise<void> {
  // Nobody waits for a slow sandbox when the process ends.
  if (sendDelayMilliseconds > 0) await sleep(sendDelayMilliseconds, undefined, { ref: false });
}

function outcomeOf({ reference }: SandboxDelivery, { answer }: SandboxFate): SendOutcome {
  switch (answer) {
    case 'accepted':
      return { outcome: 'accepted', providerMessageId: sandboxMessageId(reference) };
    case 'rejected':
      return { outcome: 'rejected', code: 'sandbox-rejected', detail: 'The sandbox was told to reject this message.' };
    case 'unavailable':
      return { outcome: 'unavailable', code: 'sandbox-down', detail: 'The sandbox was told to fail.' };
    case 'lost':
      return lost('The sandbox was told to lose this answer.');
  }
}

function lost(detail: string): SendOutcome {
  return { outcome: 'unknown', detail };
}
