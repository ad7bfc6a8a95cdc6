import { callerId } from '../../contract/caller.ts';
import type { Handlers, Schema } from '../../contract/handlers.ts';
import { findDeadLetter, redriveDeadLetters } from '../../jobs/dead-letters.ts';
import type { DeadLetter } from '../../jobs/dead-letters.ts';
import type { FeatureFlags } from '../../ports/feature-flags.ts';
import type { Geocoder } from '../../ports/geocoding.ts';
import { etagOf } from '../../shared/etag.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { createAddressOperations } from './address-operations.ts';
import { createFlagOperations } from './flags/operations.ts';
import type { FlagDependencies, FlagOperation } from './flags/operations.ts';
import { createAuditOperations } from './audit-operations.ts';
import { getSandboxMessage } from './get-sandbox-message.ts';
import { listDeadLetters } from './list-dead-letters.ts';
import { listSandboxErrors } from './list-sandbox-errors.ts';
import { listSandboxMessages } from './list-sandbox-messages.ts';
import type { SandboxMessageModel } from './models.ts';
import { redriveDeadLetter } from './redrive-dead-letter.ts';
import type { SandboxBehaviour } from './sandbox-behaviour.ts';
import { readBehaviour } from './sandbox-store.ts';
import { updateSandboxBehaviour } from './update-sandbox-behaviour.ts';

/** The operations of openapi/platform.yaml that belong to a use case; health, metrics and documents are src/http's. */
export type PlatformOperations = Pick<
  Handlers,
  | 'listAuditEntries'
  | 'listSecurityEvents'
  | 'listSandboxMessages'
  | 'listSandboxErrors'
  | 'getSandboxMessage'
  | 'getSandboxBehaviour'
  | 'updateSandboxBehaviour'
  | 'listDeadLetters'
  | 'getDeadLetter'
  | 'redriveDeadLetter'
  | 'redriveDeadLetters'
  | 'verifyAddress'
  | FlagOperation
>;

export interface OperationDependencies extends FlagDependencies {
  readonly geocoder: Geocoder;
  readonly flags: FeatureFlags;
}

export function createPlatformOperations(dependencies: OperationDependencies): PlatformOperations {
  const { database } = dependencies;
  return {
    ...createAuditOperations(dependencies),
    ...createAddressOperations(dependencies),
    ...createFlagOperations(dependencies),
    async listSandboxMessages({ query }) {
      const page = await listSandboxMessages(dependencies, {
        channel: query.channel,
        address: query.address,
        limit: query.limit,
        cursor: query.cursor,
      });
      return { status: 200, body: { items: page.items.map(sandboxMessageBody), nextCursor: page.nextCursor } };
    },
    async getSandboxMessage({ path }) {
      return { status: 200, body: sandboxMessageBody(await getSandboxMessage(dependencies, path.sandboxMessageId)) };
    },
    async listSandboxErrors({ query }) {
      const page = await listSandboxErrors(dependencies, { limit: query.limit, cursor: query.cursor });
      const items = page.items.map((error) => ({ ...error, createdAt: error.createdAt.toISOString() }));
      return { status: 200, body: { items, nextCursor: page.nextCursor } };
    },
    async getSandboxBehaviour({ path }) {
      return behaviourResult(await readBehaviour(database, path.channel));
    },
    async updateSandboxBehaviour({ path, headers, body }, { tx }) {
      const behaviour = { ...body, channel: path.channel };
      return behaviourResult(await updateSandboxBehaviour(tx, behaviour, headers['If-Match']));
    },
    async listDeadLetters({ query }) {
      const page = await listDeadLetters(dependencies, {
        task: query.task,
        reason: query.reason,
        open: query.open,
        limit: query.limit,
        cursor: query.cursor,
      });
      return { status: 200, body: { items: page.items.map(deadLetterBody), nextCursor: page.nextCursor } };
    },
    async getDeadLetter({ path }) {
      const letter = await findDeadLetter(database, path.deadLetterId);
      if (letter === null) throw notFound();
      return { status: 200, body: deadLetterBody(letter) };
    },
    async redriveDeadLetter({ path }, { tx, principal }) {
      return { status: 200, body: deadLetterBody(await redriveDeadLetter(tx, path.deadLetterId, callerId(principal))) };
    },
    async redriveDeadLetters({ body }, { tx, principal }) {
      const { task = null, reason = null, limit } = body;
      const redriven = await redriveDeadLetters(tx, { ids: null, task, reason, limit, by: callerId(principal) });
      return { status: 200, body: { redriven } };
    },
  };
}

function behaviourResult({ version, ...behaviour }: SandboxBehaviour): {
  status: 200;
  headers: { ETag: string };
  body: Schema<'SandboxBehaviour'>;
} {
  return { status: 200, headers: { ETag: etagOf(version) }, body: behaviour };
}

function sandboxMessageBody(message: SandboxMessageModel): Schema<'SandboxMessage'> {
  return {
    id: message.id,
    channel: message.channel,
    address: message.address,
    subject: message.subject,
    text: message.body,
    report: message.report,
    reportAt: message.reportAt?.toISOString() ?? null,
    reportedAt: message.reportedAt?.toISOString() ?? null,
    createdAt: message.createdAt.toISOString(),
  };
}

function deadLetterBody(letter: DeadLetter): Schema<'DeadLetter'> {
  return {
    id: letter.id,
    task: letter.task,
    ref: letter.ref,
    reason: letter.reason,
    payload: JSON.stringify(letter.payload),
    attempts: letter.attempts,
    firstFailedAt: letter.firstFailedAt.toISOString(),
    lastFailedAt: letter.lastFailedAt.toISOString(),
    redrivenAt: letter.redrivenAt?.toISOString() ?? null,
    redrivenBy: letter.redrivenBy,
  };
}
