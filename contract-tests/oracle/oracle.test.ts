import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';

import type { KnownDisagreement } from './known-disagreements.ts';
import { createOracle } from './oracle.ts';
import type { Judged, Oracle, Post } from './oracle.ts';
import { verdictOf } from './verdict.ts';

/** Stands for a Portico with a defect: answers everything with what the test says. */
let says: { readonly status: number; readonly body: object };
let portico: Server;
let oracle: Oracle;
let post: Post;
let before: Judged & { readonly disagreements: number };

beforeAll(async () => {
  portico = createServer((_request, response) => {
    response.writeHead(says.status, {
      'content-type': says.status < 400 ? 'application/json' : 'application/problem+json',
    });
    response.end(JSON.stringify(says.body));
  }).listen(0, '127.0.0.1');
  await once(portico, 'listening');
  // It reads the whole document: one for all tests.
  oracle = createOracle();
});
afterAll(() => void portico.close());
beforeEach(async () => {
  post = await oracle.standBefore(`http://127.0.0.1:${(portico.address() as AddressInfo).port}`, 'this test');
  before = { disagreements: oracle.disagreements.length, ...oracle.judged() };
});
afterEach(() => post.close());

/** What the oracle has seen in this test. */
const seen = (): Parameters<typeof verdictOf>[0] => ({
  disagreements: oracle.disagreements.slice(before.disagreements),
  judged: () => {
    const { requests, answers, past, bySender } = oracle.judged();
    return {
      requests: requests - before.requests,
      answers: answers - before.answers,
      past: past - before.past,
      bySender,
    };
  },
});

const problem = (status: number, code: string): typeof says => ({
  status,
  body: { type: `/problems/${code}`, title: code, status, code, requestId: '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90' },
});

test.each([
  ['a good answer to a good request', '/api/v1/wallet', { status: 200, body: { balance: 5 } }, undefined],
  ['a request that had to be refused', '/api/v1/wallet?colour=red', { status: 200, body: { balance: 5 } }, 'accepted'],
  [
    'a limit out of range',
    '/api/v1/wallet/entries?limit=101',
    { status: 200, body: { items: [], nextCursor: null } },
    'accepted',
  ],
  ['a request that had to be taken', '/api/v1/wallet', problem(400, 'validation-failed'), 'refused'],
  ['a wrong field in the answer', '/api/v1/wallet', { status: 200, body: { balance: -1 } }, 'answer'],
  ['a field too many in the answer', '/api/v1/wallet', { status: 200, body: { balance: 1, owner: 'x' } }, 'answer'],
  ['an undeclared status', '/api/v1/wallet', { status: 203, body: { balance: 1 } }, 'answer'],
  ['a made-up cursor, refused', '/api/v1/wallet/entries?cursor=abc', problem(400, 'invalid-cursor'), undefined],
  ['another spelling of a path', '/api/v1/w%61llet?colour=red', { status: 200, body: { balance: 5 } }, 'accepted'],
  ['an unknown path, not found', '/api/v1/nothing', problem(404, 'not-found'), undefined],
  ['a request refused for its token', '/api/v1/wallet?colour=red', problem(401, 'unauthenticated'), undefined],
])('%s', async (_, path, answer, kind) => {
  says = answer;
  const response = await fetch(post.url + path);
  // The client sees what Portico said, whatever the oracle thinks of it.
  expect({ status: response.status, body: await response.json() }).toEqual(answer);
  expect(seen().disagreements.map((disagreement) => disagreement.kind)).toEqual(kind === undefined ? [] : [kind]);
  expect(verdictOf(seen(), { known: [] }).failures).toHaveLength(kind === undefined ? 0 : 1);
});

test('a body that is not JSON must be refused', async () => {
  says = { status: 201, body: {} };
  await fetch(`${post.url}/api/v1/suppressions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"channel":',
  });
  expect(seen().disagreements[0]).toMatchObject({ kind: 'accepted', detail: '400 the body is not JSON' });
});

test('an oracle that saw too little has proven nothing', async () => {
  expect(verdictOf(seen(), { known: [] }).failures).toEqual(['0 messages judged, at least 1 are needed']);
  says = { status: 200, body: { balance: 5 } };
  await fetch(`${post.url}/api/v1/wallet`);
  expect(verdictOf(seen(), { known: [], atLeast: 2 }).failures).toEqual([]);
  expect(verdictOf(seen(), { known: [], atLeast: 3 }).failures).toEqual(['2 messages judged, at least 3 are needed']);
});

test('a known disagreement is no failure, until it no longer occurs', async () => {
  const known = (kind: 'accepted' | 'refused'): KnownDisagreement[] => [
    { what: 'colours', kind, is: ({ url }) => url.includes('colour'), reason: 'for this test' },
  ];
  says = { status: 200, body: { balance: 5 } };
  await fetch(`${post.url}/api/v1/wallet?colour=red`);
  expect(verdictOf(seen(), { known: known('accepted') })).toMatchObject({ passed: 3, failures: [] });
  expect(verdictOf(seen(), { known: known('refused') }).failures).toEqual([
    expect.stringContaining('1 × accepted: GET /api/v1/wallet?colour=red'),
    'known disagreement "colours" no longer occurs: remove it from the list',
  ]);
});

test('counts what went past it', async () => {
  says = { status: 200, body: { balance: 5 } };
  await fetch(`${post.url}/api/v1/wallet`);
  // Closed again after the test, which does no harm.
  await post.close(['an id that did not pass']);
  expect(seen().judged()).toMatchObject({ requests: 1, answers: 1, past: 1 });
  expect(seen().judged().bySender.has('this test')).toBe(true);
});
