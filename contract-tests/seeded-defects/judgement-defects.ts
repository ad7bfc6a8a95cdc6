/** Defects in what is let in and what is done, which schemathesis must catch. */
import { setTimeout as delay } from 'node:timers/promises';

import { newId } from '../../src/shared/id.ts';
import type { Answer, Defect, Message } from './defect.ts';
import {
  codeOf,
  fieldsOf,
  isFor,
  jsonOf,
  onAnswer,
  onRequest,
  problem,
  queryOf,
  withBody,
  withHeader,
  withQuery,
} from './defect.ts';

const suppressions = ['createSuppression', 'getSuppression', 'deleteSuppression'] as const;
const wallet = ['getWallet'] as const;

/** The answer to this request as one with good credentials gets it. */
function withKnownToken(applies: (request: Message) => boolean): NonNullable<Defect['spoil']> {
  let known: string | undefined;
  return async (request, forward) => {
    const answer = await forward(request);
    const given = request.headers['authorization'];
    if (answer.status < 300 && given !== undefined) known = given;
    if (answer.status !== 401 || known === undefined || !applies(request)) return answer;
    return forward(withHeader(request, 'authorization', known));
  };
}

/** What is let in, and what is not. */
const judgement: readonly Defect[] = [
  {
    name: 'takes any token',
    spoil: withKnownToken(({ headers }) => headers['authorization'] !== undefined),
    caughtBy: { check: 'ignored_auth', operations: wallet },
  },
  {
    name: 'needs no token',
    spoil: withKnownToken(({ headers }) => headers['authorization'] === undefined),
    caughtBy: { check: 'ignored_auth', operations: wallet },
  },
  {
    name: 'answers 403 to who gives no token',
    spoil: onAnswer((answer) => (answer.status === 401 ? problem(answer, 403, 'insufficient-scope') : undefined)),
    // Not ignored_auth, to which 403 is a refusal like any other (schemathesis 4.32).
    caughtBy: { check: 'missing_required_header', operations: wallet },
  },
  {
    name: 'breaks on NUL in a text',
    spoil: onAnswer((answer, { url, body }) =>
      url.includes('%00') || body.includes('\\u0000') ? problem(answer, 500, 'internal-error') : undefined,
    ),
    caughtBy: { check: 'not_a_server_error', operations: ['createSuppression'] },
  },
  {
    name: 'breaks on the largest number that a field may hold',
    spoil: onAnswer((answer, request) =>
      fieldsOf(request)['coins'] === 1_000_000 ? problem(answer, 500, 'internal-error') : undefined,
    ),
    caughtBy: { check: 'not_a_server_error', operations: ['createBonusCampaign'] },
  },
  {
    name: 'breaks on limit=100',
    spoil: onAnswer((answer, request) =>
      answer.status === 200 && queryOf(request).get('limit') === '100'
        ? problem(answer, 500, 'internal-error')
        : undefined,
    ),
    caughtBy: { check: 'not_a_server_error', operations: ['listUsers'] },
  },
  {
    name: 'takes one character less than the contract allows',
    spoil: onAnswer((answer, request) =>
      answer.status === 201 && String(fieldsOf(request)['name']).length === 100
        ? problem(answer, 400, 'validation-failed')
        : undefined,
    ),
    caughtBy: { check: 'positive_data_acceptance', operations: ['createBonusCampaign'] },
  },
  {
    name: 'refuses everything',
    spoil: onAnswer((answer) => (answer.status === 200 ? problem(answer, 400, 'validation-failed') : undefined)),
    caughtBy: { check: 'positive_data_acceptance', operations: wallet },
  },
  {
    name: 'refuses what it cannot do now with 422',
    spoil: onAnswer((answer, request) =>
      answer.status === 201 && fieldsOf(request)['category'] === 'all' ? problem(answer, 422, 'conflict') : undefined,
    ),
    caughtBy: { check: 'positive_data_acceptance', operations: ['createSuppression'] },
  },
  {
    name: 'refuses a valid filter of a list',
    spoil: onAnswer((answer, request) =>
      queryOf(request).get('channel') === 'sms' ? problem(answer, 400, 'validation-failed') : undefined,
    ),
    caughtBy: { check: 'only_a_cursor_is_refused', operations: ['listSuppressions'] },
  },
  {
    name: 'does not validate bodies',
    spoil: takingInvalidBodies(),
    caughtBy: { check: 'negative_data_rejection', operations: ['createSuppression'] },
  },
  {
    name: 'drops unknown fields of a body silently',
    spoil: onRequest((request) => {
      const { channel, address, category, reason, ...unknown } = fieldsOf(request);
      return Object.keys(unknown).length === 0 ? undefined : withBody(request, { channel, address, category, reason });
    }),
    caughtBy: { check: 'negative_data_rejection', operations: ['createSuppression'] },
  },
  {
    name: 'ignores unknown query parameters',
    spoil: onRequest((request) => {
      const known = [...queryOf(request)].filter(([name]) => ['role', 'limit', 'cursor'].includes(name));
      return withQuery(request, new URLSearchParams(known));
    }),
    caughtBy: { check: 'negative_data_rejection', operations: ['listUsers'] },
  },
  {
    name: 'takes limit=101 as 100',
    spoil: onRequest((request) => {
      const query = queryOf(request);
      if (Number(query.get('limit')) <= 100) return undefined;
      query.set('limit', '100');
      return withQuery(request, query);
    }),
    caughtBy: { check: 'negative_data_rejection', operations: ['listUsers'] },
  },
  {
    name: 'changes things without If-Match where it is required',
    spoil: onRequest((request) => withHeader(request, 'if-match', request.headers['if-match'] ?? '*')),
    caughtBy: { check: 'missing_required_header', operations: ['updateUserRoles'] },
  },
];

/** A defect that needs to know what a success looks like: the last one. */
function takingInvalidBodies(): NonNullable<Defect['spoil']> {
  let success: Answer | undefined;
  return onAnswer((answer) => {
    if (answer.status === 201) success = answer;
    return codeOf(answer) === 'validation-failed' ? success : undefined;
  });
}

/** What happened, and how long it took. */
const effects: readonly Defect[] = [
  {
    name: 'forgets what it has created',
    spoil: async (request, forward) => {
      const answer = await forward(request);
      if (answer.status === 201 && isFor('createSuppression', request)) {
        const { authorization = '' } = request.headers;
        const url = answer.headers['location'] ?? '';
        await forward({ method: 'DELETE', url, headers: { host: 'localhost', authorization }, body: Buffer.alloc(0) });
      }
      return answer;
    },
    caughtBy: { check: 'ensure_resource_availability', operations: suppressions },
  },
  {
    name: 'gives a wrong Location and id',
    spoil: onAnswer((answer, request) => {
      if (answer.status !== 201 || !isFor('createSuppression', request)) return undefined;
      const id = newId();
      return withBody(withHeader(answer, 'location', `/api/v1/suppressions/${id}`), { ...jsonOf(answer), id });
    }),
    caughtBy: { check: 'ensure_resource_availability', operations: suppressions },
  },
  {
    name: 'deletes nothing',
    spoil: async (request, forward) => {
      if (!isFor('deleteSuppression', request)) return forward(request);
      const read = await forward({ ...request, method: 'GET' });
      return read.status === 200 ? withBody({ ...read, status: 204 }, '') : read;
    },
    caughtBy: { check: 'use_after_free', operations: suppressions },
  },
  {
    name: 'takes longer than a second',
    spoil: onceSlow(),
    caughtBy: { check: 'max_response_time', operations: wallet, extra: ['--max-response-time', '1'] },
  },
];

/** Every tenth success is slow: enough to be seen, and the run stays short. */
function onceSlow(): NonNullable<Defect['spoil']> {
  let successes = 0;
  return async (request, forward) => {
    const answer = await forward(request);
    if (answer.status === 200 && (successes += 1) % 10 === 1) await delay(1_300);
    return answer;
  };
}

export const judgementDefects: readonly Defect[] = [...judgement, ...effects];
