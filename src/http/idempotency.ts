import { createHash } from 'node:crypto';
import type { Database, Transaction } from '../database/transaction.ts';
import type { SealedColumn } from '../database/sealed-column.ts';
import { statement } from '../database/transaction.ts';
import { derivedId } from '../shared/id.ts';
import type { ColumnCipher } from '../shared/key-ring.ts';
import { platformProblems } from '../shared/platform-problems.ts';
import { Problem } from '../shared/problem.ts';
import type { Answer } from './respond.ts';

/** A request that carries an Idempotency-Key. */
export interface KeyedRequest {
  readonly operationId: string;
  readonly method: string;
  /** The route template, not the path: `/api/v1/bonus-campaigns/{campaignId}/imports`. */
  readonly template: string;
  /** Whose key it is: an account's or a machine client's. */
  readonly callerId: string;
  /** The key itself, see `readKey`. */
  readonly key: string;
  /** SHA-256 of what makes this request the same request. For a streamed body this reads the rest of it. */
  readonly fingerprint: () => Promise<Buffer>;
  /** False while a streamed body has unread bytes: a refusal is then not stored, because its fingerprint is unknown. */
  readonly isBodyRead: () => boolean;
  readonly retentionSeconds: number;
}

export interface Idempotency {
  /**
   * Runs `execute` at most once per key and stores its answer in the transaction of its effect.
   *
   * @param execute throws a Problem to refuse; business refusals (403, 404, 409, 410) are stored as `refusal` writes them.
   * @throws Problem 409 `idempotency-key-in-use`, 422 `idempotency-key-reused`, and every refusal that is not stored.
   */
  run(request: KeyedRequest, call: IdempotentCall): Promise<{ readonly answer: Answer; readonly replayed: boolean }>;
}

export interface IdempotentCall {
  readonly execute: (tx: Transaction) => Promise<Answer>;
  /** Maps what `execute` threw; null when it is no refusal to keep. */
  readonly refusal: (error: unknown) => Answer | null;
  /** A streamed body can be read only once, so its command cannot be restarted after a deadlock; nor is it quick. */
  readonly streamed: boolean;
}

/** 24 hours, as openapi/common.yaml publishes. */
export const defaultRetentionSeconds = 86_400;

interface StoredRow {
  readonly fingerprint: Buffer;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

const tryLock = statement<{ locked: boolean }>(
  'platform.lock_idempotency_key',
  'select pg_try_advisory_xact_lock($1::bigint) as locked',
);
const findAnswer = statement<StoredRow>(
  'platform.find_idempotent_answer',
  `select fingerprint, status, headers, body from platform.idempotency_keys
   where scope = $1 and expires_at > clock_timestamp()`,
);
const storeAnswer = statement(
  'platform.store_idempotent_answer',
  `insert into platform.idempotency_keys (scope, fingerprint, operation_id, status, headers, body, expires_at)
   values ($1, $2, $3, $4, $5, $6, clock_timestamp() + make_interval(secs => $7))
   on conflict (scope) do update set
     fingerprint = excluded.fingerprint, operation_id = excluded.operation_id, status = excluded.status,
     headers = excluded.headers, body = excluded.body, created_at = clock_timestamp(), expires_at = excluded.expires_at`,
);

/** Where answers are kept. */
export const keptAnswers: SealedColumn = {
  table: 'platform.idempotency_keys',
  column: 'body',
  row: 'scope',
  rowType: 'bytea',
};

/** @param answers seals what is kept in {@link keptAnswers} */
export function createIdempotency(database: Database, answers: ColumnCipher): Idempotency {
  return {
    async run(request, { execute, refusal, streamed }) {
      const scope = scopeOf(request);
      return database.transaction(
        async (tx) => {
          // The lock lives as long as the transaction: a slow handler stays the only one, a dead one frees the key.
          const [lock] = await tx.query(tryLock, [scope.readBigInt64BE(0).toString()]);
          if (lock?.locked !== true) throw inUse();
          // A statement of its own: in one with the lock, the snapshot would be older than the lock, and an answer
          // committed in between would stay unseen.
          const [stored] = await tx.query(findAnswer, [scope]);
          if (stored !== undefined) {
            const fingerprint = await request.fingerprint();
            if (!stored.fingerprint.equals(fingerprint)) throw new Problem(platformProblems['idempotency-key-reused']);
            return { answer: open(stored, answers, scope), replayed: true };
          }
          const answer = await attempt(tx, execute, refusal, request);
          const body = answer.body === null ? null : answers.seal(scope.toString('hex'), Buffer.from(answer.body));
          await tx.query(storeAnswer, [
            scope,
            await request.fingerprint(),
            request.operationId,
            answer.status,
            JSON.stringify(answer.headers),
            body,
            request.retentionSeconds,
          ]);
          return { answer, replayed: false };
        },
        streamed ? { retries: 0, statementTimeout: 0 } : {},
      );
    },
  };
}

/** Under a savepoint, so that a stored refusal leaves no effect behind. */
async function attempt(
  tx: Transaction,
  execute: IdempotentCall['execute'],
  refusal: IdempotentCall['refusal'],
  request: KeyedRequest,
): Promise<Answer> {
  try {
    return await tx.savepoint(() => execute(tx));
  } catch (error) {
    const answer = request.isBodyRead() ? refusal(error) : null;
    if (answer === null) throw error;
    return answer;
  }
}

/** Outcomes of a command that ran. The rest (bad input, credentials, limits, stale tags, our failures) may be tried again. */
const storedRefusals: ReadonlySet<number> = new Set([403, 404, 409, 410]);

/** Whether a refusal is kept under its key. */
export function isStoredRefusal(problem: Problem): boolean {
  return storedRefusals.has(problem.status);
}

function open(stored: StoredRow, answers: ColumnCipher, scope: Buffer): Answer {
  if (stored.body === null) return { status: stored.status, headers: stored.headers, body: null };
  try {
    const body = answers.open(scope.toString('hex'), stored.body);
    return { status: stored.status, headers: stored.headers, body };
  } catch (error) {
    throw new Problem(platformProblems['idempotency-answer-unreadable'], {
      detail: 'This request was carried out, but its answer was sealed under a key that is no longer here.',
      cause: error,
    });
  }
}

/** The key inside the header: the quoted form (a structured field string) and the bare form are the same key. */
export function readKey(header: string): string {
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header);
  const key = quoted?.[1] === undefined ? header : quoted[1].replaceAll(/\\(["\\])/g, '$1');
  if (key !== '') return key;
  throw new Problem(platformProblems['validation-failed'], {
    errors: [{ pointer: 'header Idempotency-Key', detail: 'must not be empty' }],
  });
}

/**
 * Ids of what a keyed command creates. The same key gives the same ids within one retention period; a key that is presented
 * again after its answer expired starts afresh, so it must not meet the rows of its first life.
 */
export function keyedIds(request: KeyedRequest, now: Date): (label: string) => string {
  const scope = scopeOf(request).toString('hex');
  const life = Math.floor(now.getTime() / 1_000 / request.retentionSeconds);
  return (label) => derivedId('idempotency', scope, String(life), label);
}

function scopeOf({ callerId, method, template, key }: KeyedRequest): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([callerId, method, template, key]))
    .digest();
}

function inUse(): Problem {
  return new Problem(platformProblems['idempotency-key-in-use'], {
    detail: 'The first request with this key is still running.',
    headers: { 'retry-after': '1' },
  });
}
