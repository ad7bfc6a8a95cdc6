/** Defects in what a request does and who may send it, which the walks must catch: it takes several requests to see them. */
import { createHash } from 'node:crypto';

import { newId } from '../../src/shared/id.ts';
import type { Answer, Defect, Message, Spoil } from './defect.ts';
import {
  codeOf,
  fieldsOf,
  isFor,
  jsonOf,
  onAnswer,
  onBody,
  onRequest,
  problem,
  queryOf,
  withBody,
  withHeader,
  withQuery,
} from './defect.ts';
import { walk } from './walks.ts';

const staleTag = {
  walk: walk.tags,
  test: 'updateProfile refuses a stale tag, a made-up one and a weak one, and changes nothing',
};

const listWalk = {
  walk: walk.lists,
  test: 'listSuppressions shows each row that stays exactly once, while rows come and go',
};

/** Versions and repetitions. */
const writes: readonly Defect[] = [
  {
    name: 'does not compare If-Match',
    spoil: onRequest((request) =>
      request.headers['if-match'] === undefined ? undefined : withHeader(request, 'if-match', '*'),
    ),
    caughtBy: staleTag,
  },
  {
    name: 'answers 412, but after it has changed the thing',
    spoil: async (request, forward) => {
      const answer = await forward(request);
      if (answer.status === 412) await forward(withHeader(request, 'if-match', '*'));
      return answer;
    },
    caughtBy: staleTag,
  },
  {
    name: 'never answers 304',
    spoil: onRequest((request) => withHeader(request, 'if-none-match', undefined)),
    caughtBy: { walk: walk.tags, test: 'updateProfile answers 304 to who has the current state already' },
  },
  {
    name: 'answers a change that it does not store',
    spoil: async (request, forward) => {
      if (!isFor('updateProfile', request)) return forward(request);
      const read = await forward(withBody({ ...request, method: 'GET', url: '/api/v1/auth/me' }, ''));
      const { user } = jsonOf(read);
      return withBody(read, { user: { ...(user as object), ...fieldsOf(request) } });
    },
    caughtBy: { walk: walk.readBack, test: 'updateProfile brings about what was sent, one state after another' },
  },
  {
    name: 'forgets one field of what it creates',
    spoil: onRequest((request) =>
      isFor('createBonusCampaign', request) ? withBody(request, { ...fieldsOf(request), coins: 1 }) : undefined,
    ),
    caughtBy: { walk: walk.readBack, test: 'createBonusCampaign brings about what was sent, one state after another' },
  },
  {
    name: 'says that it has deleted, and has not',
    spoil: async (request, forward) => {
      if (!isFor('deleteSuppression', request)) return forward(request);
      const read = await forward({ ...request, method: 'GET' });
      return withBody({ ...read, status: 204 }, '');
    },
    caughtBy: { walk: walk.readBack, test: 'deleteSuppression removes what is there, and no more of it is seen' },
  },
  {
    name: 'does a repetition again',
    spoil: onRequest((request) => withHeader(request, 'idempotency-key', undefined)),
    caughtBy: { walk: walk.repeats, test: 'createSuppression gives the first answer again, byte for byte' },
  },
  {
    name: 'takes a key for another request',
    spoil: onRequest((request) => {
      const key = request.headers['idempotency-key'];
      if (key === undefined) return undefined;
      const bare = key.replaceAll('"', '');
      return withHeader(
        request,
        'idempotency-key',
        createHash('sha256').update(bare).update(request.body).digest('hex'),
      );
    }),
    caughtBy: {
      walk: walk.repeats,
      test: 'createSuppression refuses the key for another request, and still knows the first',
    },
  },
  {
    name: 'runs two at once under one key',
    spoil: forgettingKeysInUse(),
    caughtBy: { walk: walk.repeats, test: 'createBonusCampaign has one effect for twenty at once' },
  },
];

/** A key counts only when its first request has been answered. */
function forgettingKeysInUse(): Spoil {
  const running = new Map<string, number>();
  return async (request, forward) => {
    const key = request.headers['idempotency-key'] ?? '';
    const others = running.get(key) ?? 0;
    running.set(key, others + 1);
    try {
      return await forward(others === 0 ? request : withHeader(request, 'idempotency-key', newId()));
    } finally {
      running.set(key, (running.get(key) ?? 1) - 1);
    }
  };
}

/** Asks again as everybody who has been heard so far, until somebody gets an answer that `isBetter`. */
function asAnybody(needsAnother: (answer: Answer, request: Message) => boolean): Spoil {
  const known = new Set<string>();
  return async (request, forward) => {
    const answer = await forward(request);
    const given = request.headers['authorization'];
    if (answer.status < 300 && given !== undefined) known.add(given);
    if (!needsAnother(answer, request)) return answer;
    for (const authorization of known) {
      const other = await forward(withHeader(request, 'authorization', authorization));
      if (!needsAnother(other, request)) return other;
    }
    return answer;
  };
}

const access: readonly Defect[] = [
  {
    name: 'names somebody else in its audit log',
    spoil: onBody('listAuditEntries', ({ items, ...page }) => ({
      ...page,
      items: (items as readonly object[]).map((entry) => ({ ...entry, actor: { type: 'user', id: newId() } })),
    })),
    caughtBy: {
      walk: walk.audit,
      test: 'createSuppression leaves one entry that says who, what, on what, from where',
    },
  },
  {
    name: 'does not enforce scopes',
    spoil: asAnybody((answer) => codeOf(answer) === 'insufficient-scope'),
    caughtBy: { walk: walk.authorization, test: 'listUsers lets the role user in exactly if it has the scopes' },
  },
  {
    name: "serves other people's things",
    spoil: asAnybody((answer, request) => answer.status === 404 && isFor('deleteSession', request)),
    caughtBy: { walk: walk.authorization, test: "deleteSession keeps to the caller's own things" },
  },
  {
    name: "lists everybody's things",
    spoil: asAnybody((answer, request) => isFor('getWallet', request) && !answer.body.includes('"balance":50')),
    caughtBy: { walk: walk.authorization, test: "getWallet keeps to the caller's own things" },
  },
  {
    name: 'takes tokens that are no good',
    spoil: asAnybody((answer) => answer.status === 401),
    caughtBy: { walk: walk.authorization, test: 'getWallet refuses every token that is no good, always alike' },
  },
  {
    name: 'answers 403 to a token that is no good',
    spoil: onAnswer((answer) => (answer.status === 401 ? problem(answer, 403, 'insufficient-scope') : undefined)),
    caughtBy: { walk: walk.authorization, test: 'getWallet refuses every token that is no good, always alike' },
  },
  {
    name: 'skips a row between two pages',
    spoil: onBody('listSuppressions', (page) => {
      const items = page['items'] as readonly unknown[];
      return page['nextCursor'] === null ? page : { ...page, items: items.slice(0, -1) };
    }),
    caughtBy: listWalk,
  },
  {
    name: 'repeats a row on the next page',
    spoil: repeatingRows(),
    caughtBy: listWalk,
  },
  {
    name: 'begins again when a cursor is no good',
    spoil: async (request, forward) => {
      const answer = await forward(request);
      if (codeOf(answer) !== 'invalid-cursor') return answer;
      const others = [...queryOf(request)].filter(([name]) => name !== 'cursor');
      return forward(withQuery(request, new URLSearchParams(others)));
    },
    caughtBy: { walk: walk.lists, test: 'listSuppressions refuses a cursor with any character changed, cut or added' },
  },
];

function repeatingRows(): Spoil {
  let last: unknown;
  return onBody('listSuppressions', (page, request) => {
    const items = page['items'] as readonly unknown[];
    const shown = queryOf(request).has('cursor') && last !== undefined ? [last, ...items] : items;
    last = items.at(-1);
    return { ...page, items: shown };
  });
}

export const effectDefects: readonly Defect[] = [...writes, ...access];
