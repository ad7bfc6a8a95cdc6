import { callerId } from '../../../contract/caller.ts';
import { reply } from '../../../contract/handlers.ts';
import type { Handlers } from '../../../contract/handlers.ts';
import type { Database } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { messageBody } from '../bodies.ts';
import { exportMessages } from './export-messages.ts';
import { getMessageFailures } from './get-message-failures.ts';
import { getMessageQueue } from './get-message-queue.ts';
import { redriveMessage, redriveMessages } from './redrive-messages.ts';

export interface QueueOperationDependencies {
  readonly database: Database;
  /** For what reads much: it must not take connections from the rest. */
  readonly reporting: Database;
  readonly clock: Clock;
}

/** Who may read any account may see the addresses of an export whole. */
const PERSONAL_SCOPE = 'users:read';

const mediaTypes = { csv: 'text/csv', ndjson: 'application/x-ndjson' } as const;

export function createQueueOperations(dependencies: QueueOperationDependencies) {
  const { clock } = dependencies;
  return {
    getMessageQueue: async () => {
      const { asOf, counts, lanes } = await getMessageQueue(dependencies);
      return reply('getMessageQueue', {
        status: 200,
        body: {
          asOf: asOf.toISOString(),
          counts: [...counts],
          lanes: lanes.map(({ channel, lane, waiting, messageId, dueAt }) => ({
            ...{ channel, lane, waiting },
            oldest: messageId === null || dueAt === null ? null : { messageId, dueAt: dueAt.toISOString() },
          })),
        },
      });
    },
    getMessageFailures: async ({ query }) => {
      const range = { from: new Date(query.from), to: new Date(query.to), channel: query.channel };
      const failures = await getMessageFailures(dependencies, range);
      const items = failures.map(({ lastAt, ...failure }) => ({ ...failure, lastAt: lastAt.toISOString() }));
      return reply('getMessageFailures', { status: 200, body: { failures: items } });
    },
    redriveMessage: async ({ path }, { tx, principal }) => {
      const { messageId } = path;
      const message = await redriveMessage({ tx, clock }, { messageId, by: callerId(principal) });
      return reply('redriveMessage', { status: 200, body: messageBody(message) });
    },
    redriveMessages: async ({ body }, { tx, principal, auditChanges }) => {
      const { limit, from, to, ...rest } = body;
      const filter = {
        ...{ ids: null, channel: null, class: null, provider: null, reason: null, groupId: null },
        ...rest,
        from: from === undefined ? null : new Date(from),
        to: to === undefined ? null : new Date(to),
      };
      const redriven = await redriveMessages({ tx, clock }, { filter, limit, by: callerId(principal) });
      auditChanges({ dead: { from: redriven, to: 0 } });
      return reply('redriveMessages', { status: 200, body: { redriven } });
    },
    exportMessages: async ({ query }, { principal, signal }) => {
      const { format, from, to, channel, class: kind, state, provider, reason, groupId } = query;
      const filter = {
        ...{ channel, class: kind, state, provider, reason, groupId },
        from: from === undefined ? undefined : new Date(from),
        to: to === undefined ? undefined : new Date(to),
      };
      return reply('exportMessages', {
        status: 200,
        headers: { 'Content-Disposition': `attachment; filename="messages.${format}"` },
        mediaType: mediaTypes[format],
        body: exportMessages(dependencies, { filter, format, personal: principal.scopes.has(PERSONAL_SCOPE), signal }),
      });
    },
  } satisfies Partial<Handlers>;
}
