/** Defects in what an answer looks like, which schemathesis must catch. */
import { newId } from '../../src/shared/id.ts';
import type { Answer, Defect } from './defect.ts';
import { codeOf, isFor, jsonOf, onAnswer, onBody, problem, withBody, withHeader } from './defect.ts';

const suppressions = ['createSuppression', 'getSuppression', 'deleteSuppression'] as const;
const wallet = ['getWallet'] as const;

const isJson = ({ headers }: Answer): boolean => headers['content-type'] === 'application/json';

/** Statuses, methods and media types. */
const protocol: readonly Defect[] = [
  {
    name: 'answers 404 to an undeclared method',
    spoil: onAnswer((answer) => (answer.status === 405 ? problem(answer, 404, 'not-found') : undefined)),
    caughtBy: { check: 'unsupported_method', operations: wallet },
  },
  {
    name: 'answers 405 without Allow',
    spoil: onAnswer((answer) => (answer.status === 405 ? withHeader(answer, 'allow', undefined) : undefined)),
    caughtBy: { check: 'unsupported_method', operations: wallet },
  },
  {
    name: 'answers TRACE by itself, as a gateway may',
    spoil: onAnswer((answer, { method }) =>
      method === 'TRACE'
        ? { status: 200, headers: { 'content-type': 'message/http' }, body: Buffer.from('') }
        : undefined,
    ),
    caughtBy: { check: 'unsupported_method', operations: wallet },
  },
  {
    name: 'says too much in the Allow of OPTIONS',
    spoil: onAnswer((answer, { method }) =>
      method === 'OPTIONS' ? withHeader(answer, 'allow', `${answer.headers['allow']}, DELETE`) : undefined,
    ),
    caughtBy: { check: 'allow_header_conformance', operations: wallet },
  },
  {
    name: "answers errors in its framework's own form",
    spoil: onAnswer((answer) =>
      answer.status >= 400
        ? withBody(withHeader(answer, 'content-type', 'application/json'), { statusCode: answer.status, error: 'Oops' })
        : undefined,
    ),
    caughtBy: { check: 'content_type_conformance', operations: wallet },
  },
  {
    name: 'answers 404 as a page of HTML',
    spoil: onAnswer((answer) =>
      answer.status === 404
        ? withBody(withHeader(answer, 'content-type', 'text/html'), '<h1>Not found</h1>')
        : undefined,
    ),
    caughtBy: { check: 'content_type_conformance', operations: suppressions },
  },
  {
    name: 'calls its JSON text/plain',
    spoil: onAnswer((answer) => (isJson(answer) ? withHeader(answer, 'content-type', 'text/plain') : undefined)),
    caughtBy: { check: 'content_type_conformance', operations: wallet },
  },
  {
    name: 'answers 202 instead of 201',
    spoil: onAnswer((answer) => (answer.status === 201 ? { ...answer, status: 202 } : undefined)),
    caughtBy: { check: 'status_code_conformance', operations: ['createSuppression'] },
  },
  {
    name: 'leaves out ETag',
    spoil: onAnswer((answer) => withHeader(answer, 'etag', undefined)),
    caughtBy: { check: 'response_headers_conformance', operations: ['getMe'] },
  },
  {
    name: 'leaves out Location',
    spoil: onAnswer((answer) => withHeader(answer, 'location', undefined)),
    caughtBy: { check: 'response_headers_conformance', operations: ['createSuppression'] },
  },
];

/** Bodies of answers. */
const answers: readonly Defect[] = [
  {
    name: 'writes a time with a space instead of T',
    spoil: onBody('getSuppression', (body) => ({
      ...body,
      createdAt: String(body['createdAt']).replace('T', ' '),
    })),
    caughtBy: { check: 'response_schema_conformance', operations: ['getSuppression'] },
  },
  {
    name: 'writes null for a name',
    spoil: onBody('getBonusCampaign', (body) => ({ ...body, name: null })),
    caughtBy: { check: 'response_schema_conformance', operations: ['getBonusCampaign'] },
  },
  {
    name: 'drops a field',
    spoil: onBody('getWallet', () => ({})),
    caughtBy: { check: 'response_schema_conformance', operations: wallet },
  },
  {
    name: 'leaks a column',
    spoil: onBody('getMe', (body) => ({ ...body, passwordHash: '$2b$12$' })),
    caughtBy: { check: 'response_schema_conformance', operations: ['getMe'] },
  },
  {
    name: 'gives pages of more than 100',
    spoil: onBody('listUsers', (page) => {
      const [first] = page['items'] as readonly unknown[];
      return { ...page, items: Array.from({ length: 101 }, () => first) };
    }),
    caughtBy: { check: 'response_schema_conformance', operations: ['listUsers'] },
  },
  {
    name: 'answers 401 without WWW-Authenticate',
    spoil: onAnswer((answer) => withHeader(answer, 'www-authenticate', undefined)),
    caughtBy: { check: 'answer_owes', operations: wallet },
  },
  {
    name: 'names another request in its problems',
    spoil: onAnswer((answer) =>
      codeOf(answer) === null ? undefined : withBody(answer, { ...jsonOf(answer), requestId: newId() }),
    ),
    caughtBy: { check: 'answer_owes', operations: wallet },
  },
  {
    name: 'is unavailable without saying for how long',
    spoil: onAnswer((answer) => (answer.status === 200 ? problem(answer, 503, 'unavailable') : undefined)),
    caughtBy: { check: 'answer_owes', operations: wallet },
  },
  {
    name: 'gives a business refusal a code that no document lists',
    spoil: onAnswer((answer, request) =>
      isFor('createSuppression', request) && answer.status === 201 ? problem(answer, 409, 'tuesday') : undefined,
    ),
    caughtBy: { check: 'answer_owes', operations: ['createSuppression'] },
  },
];

export const answerDefects: readonly Defect[] = [...protocol, ...answers];
