import type { ContextHandlers, Schema } from '../../contract/handlers.ts';
import type { Cursors } from '../../shared/cursor.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { messageBody } from './bodies.ts';
import { hasBudget } from './budget-store.ts';
import { callingCodeOf } from './calling-code.ts';
import { createSuppression } from './create-suppression.ts';
import { deleteSuppression } from './delete-suppression.ts';
import { getMessageProviders } from './get-message-providers.ts';
import type { ProviderCondition, ProviderDependencies } from './get-message-providers.ts';
import { getMessage } from './get-message.ts';
import { getSuppression } from './get-suppression.ts';
import { createCampaignOperations } from './campaigns/campaign-operations.ts';
import type { CampaignOperationDependencies } from './campaigns/campaign-operations.ts';
import { listMessages } from './list-messages.ts';
import { listSuppressions } from './list-suppressions.ts';
import type { AttemptModel, ReportModel, SuppressionModel } from './models.ts';
import { createQueueOperations } from './queue/queue-operations.ts';
import type { QueueOperationDependencies } from './queue/queue-operations.ts';
import { cancelQueued, readCounts } from './queue-store.ts';
import { createPreferenceOperations } from './preferences/operations.ts';
import type { PreferenceOperationDependencies } from './preferences/operations.ts';
import type { PushDependencies } from './record-pushed-report.ts';
import { createTemplateOperations } from './templates/operations.ts';
import type { TemplateDependencies } from './templates/operations.ts';
import { createWebhookOperations } from './webhook-operations.ts';

export interface OperationDependencies
  extends
    ProviderDependencies,
    QueueOperationDependencies,
    CampaignOperationDependencies,
    TemplateDependencies,
    PreferenceOperationDependencies,
    PushDependencies {
  readonly cursors: Cursors;
}

export function createNotificationOperations(dependencies: OperationDependencies): ContextHandlers<'notifications'> {
  const { database, clock, limits } = dependencies;
  return {
    ...createQueueOperations(dependencies),
    ...createCampaignOperations(dependencies),
    ...createTemplateOperations(dependencies),
    ...createPreferenceOperations(dependencies),
    ...createWebhookOperations(dependencies),
    async listMessages({ query }) {
      const page = await listMessages(dependencies, {
        channel: query.channel,
        state: query.state,
        groupId: query.groupId,
        limit: query.limit,
        cursor: query.cursor,
      });
      return { status: 200, body: { items: page.items.map(messageBody), nextCursor: page.nextCursor } };
    },
    async getMessage({ path }) {
      const { message, attempts, reports } = await getMessage(dependencies, path.messageId);
      return {
        status: 200,
        body: {
          message: messageBody(message),
          attempts: attempts.map(attemptBody),
          reports: reports.map(reportBody),
        },
      };
    },
    async getMessageCounts({ query }) {
      return { status: 200, body: await readCounts(database, query.groupId) };
    },
    async getSmsBudget({ query }) {
      const open = await hasBudget(database, callingCodeOf(query.phone), limits, clock.now());
      return { status: 200, body: { open } };
    },
    async getMessageProviders() {
      const providers = await getMessageProviders(dependencies);
      return { status: 200, body: { providers: providers.map(providerBody) } };
    },
    async cancelMessageGroup({ path }, { tx }) {
      const cancelled = await cancelQueued(tx, path.groupId, clock.now());
      if (cancelled === 0 && (await isEmpty(readCounts(tx, path.groupId)))) throw notFound();
      return { status: 200, body: { cancelled } };
    },
    async listSuppressions({ query }) {
      const page = await listSuppressions(dependencies, {
        channel: query.channel,
        address: query.address,
        limit: query.limit,
        cursor: query.cursor,
      });
      return { status: 200, body: { items: page.items.map(suppressionBody), nextCursor: page.nextCursor } };
    },
    async createSuppression({ body }, { tx, id }) {
      const suppression = await createSuppression({ tx, clock }, { ...body, id: id('suppression') });
      return {
        status: 201,
        headers: { Location: `/api/v1/suppressions/${suppression.id}` },
        body: suppressionBody(suppression),
      };
    },
    async getSuppression({ path }) {
      return { status: 200, body: suppressionBody(await getSuppression(dependencies, path.suppressionId)) };
    },
    async deleteSuppression({ path }, { tx }) {
      await deleteSuppression(tx, path.suppressionId);
      return { status: 204 };
    },
  };
}

async function isEmpty(counts: ReturnType<typeof readCounts>): Promise<boolean> {
  const { sms, email } = await counts;
  return [...Object.values(sms), ...Object.values(email)].every((count) => count === 0);
}

function attemptBody(attempt: AttemptModel): Schema<'MessageAttempt'> {
  return {
    id: attempt.id,
    number: attempt.number,
    provider: attempt.provider,
    startedAt: attempt.startedAt.toISOString(),
    finishedAt: attempt.finishedAt?.toISOString() ?? null,
    outcome: attempt.outcome,
    code: attempt.code,
    detail: attempt.detail,
    providerMessageId: attempt.providerMessageId,
  };
}

function reportBody(report: ReportModel): Schema<'MessageReport'> {
  return {
    state: report.state,
    code: report.code,
    occurredAt: report.occurredAt.toISOString(),
    receivedAt: report.receivedAt.toISOString(),
    previousState: report.previousState ?? '',
  };
}

function providerBody({ pauses, circuits, ...condition }: ProviderCondition): Schema<'MessageProvider'> {
  return {
    ...condition,
    pauses: pauses.map(({ lane, until }) => ({ lane, until: until.toISOString() })),
    circuits: circuits.map(({ process, state, reason, changedAt }) => ({
      process,
      state,
      reason,
      changedAt: changedAt.toISOString(),
    })),
  };
}

function suppressionBody(suppression: SuppressionModel): Schema<'Suppression'> {
  return {
    id: suppression.id,
    channel: suppression.channel,
    address: suppression.address,
    category: suppression.category,
    reason: suppression.reason,
    createdAt: suppression.createdAt.toISOString(),
  };
}
