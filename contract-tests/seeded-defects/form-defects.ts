/** Defects in how a request is read, which the walks must catch: schemathesis does not send such requests. */
import type { Defect, Spoil } from './defect.ts';
import { onAnswer, onRequest, problem, queryOf, withHeader, withQuery } from './defect.ts';
import { walk } from './walks.ts';

/** Every text of the query, read in a laxer way. */
function withLaxQuery(read: (text: string) => string): Spoil {
  return onRequest((request) => {
    if (!request.url.includes('?')) return undefined;
    const entries = [...queryOf(request)].map(([name, text]): [string, string] => [name, read(text)]);
    return withQuery(request, new URLSearchParams(entries));
  });
}

const decoder: readonly Defect[] = [
  {
    name: 'takes 0x10, 1e1 and " 5 " for integers, as Number() does',
    spoil: withLaxQuery((text) => (text.trim() !== '' && Number.isInteger(Number(text)) ? String(Number(text)) : text)),
    caughtBy: { walk: walk.decoder, test: 'listUsers refuses wrong ?limit' },
  },
  {
    name: 'takes the last of a repeated parameter',
    spoil: onRequest((request) => withQuery(request, new URLSearchParams(Object.fromEntries(queryOf(request))))),
    caughtBy: { walk: walk.decoder, test: 'listMessages refuses wrong ?channel' },
  },
  {
    name: 'cuts limit=101 down to 100',
    spoil: withLaxQuery((text) => (text === '101' ? '100' : text)),
    caughtBy: { walk: walk.decoder, test: 'listSessions refuses wrong ?limit' },
  },
  {
    name: 'ignores unknown query parameters where there are none',
    spoil: onRequest((request) => withQuery(request, new URLSearchParams())),
    caughtBy: { walk: walk.decoder, test: 'getWallet refuses an unknown query parameter' },
  },
  {
    name: 'breaks on 31 February',
    spoil: onAnswer((answer, { url }) => (url.includes('02-31') ? problem(answer, 500, 'internal-error') : undefined)),
    caughtBy: { walk: walk.decoder, test: 'createBonusImport refuses wrong ?windowStart' },
  },
];

/** Bytes of one answer with another status line. */
function withStatusLine(bytes: Buffer, line: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(/^HTTP\/1\.1 .*/, `HTTP/1.1 ${line}`), 'latin1');
}

const protocol: readonly Defect[] = [
  {
    name: 'answers 405 to OPTIONS',
    spoilBytes: {
      answer: (bytes, request) =>
        request.subarray(0, 8).toString() === 'OPTIONS ' ? withStatusLine(bytes, '405 Method Not Allowed') : bytes,
    },
    caughtBy: { walk: walk.methods, test: '/api/v1/wallet OPTIONS says what is allowed' },
  },
  {
    name: 'reads every body as what it should be',
    spoil: onRequest((request) => withHeader(request, 'content-type', 'application/json')),
    caughtBy: { walk: walk.media, test: 'createSuppression refuses text/plain' },
  },
  {
    name: 'takes a body that does not say what it is',
    spoil: onRequest((request) =>
      withHeader(request, 'content-type', request.headers['content-type'] ?? 'application/json'),
    ),
    caughtBy: { walk: walk.media, test: 'createSuppression refuses a body that does not say what it is' },
  },
  {
    name: 'reads br as if it were not compressed',
    spoil: onRequest((request) => withHeader(request, 'content-encoding', undefined)),
    caughtBy: { walk: walk.media, test: 'createSuppression refuses the encoding br and names those it takes' },
  },
  {
    name: 'reads latin1 as UTF-8',
    spoil: onRequest((request) =>
      withHeader(request, 'content-type', request.headers['content-type']?.replace(/;.*/, '')),
    ),
    caughtBy: { walk: walk.media, test: 'createSuppression refuses another charset' },
  },
  {
    name: 'does not look at Accept',
    spoil: onRequest((request) => withHeader(request, 'accept', undefined)),
    caughtBy: { walk: walk.accept, test: 'getWallet refuses application/x-nothing' },
  },
  {
    name: 'dies of a byte beyond Content-Length',
    spoilBytes: { request: (bytes) => (isTooLong(bytes.toString('latin1')) ? null : bytes) },
    caughtBy: { walk: walk.sockets, test: 'createSuppression survives a byte beyond Content-Length' },
  },
  {
    name: 'answers malformed HTTP without a word',
    spoilBytes: {
      answer: (bytes) =>
        bytes.includes('malformed-request')
          ? Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
          : bytes,
    },
    caughtBy: { walk: walk.sockets, test: 'createSuppression refuses two lengths' },
  },
];

function isTooLong(request: string): boolean {
  const [head = '', body = ''] = request.split('\r\n\r\n');
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  return length !== undefined && body.length > Number(length);
}

export const formDefects: readonly Defect[] = [...decoder, ...protocol];
