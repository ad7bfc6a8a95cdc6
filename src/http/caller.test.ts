import { EventEmitter } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import { until } from '../testing/until.ts';
import { createCaller } from './caller.ts';
import type { Exchange } from './exchange.ts';

const answers: EventEmitter[] = [];
afterEach(() => {
  for (const res of answers.splice(0)) res.emit('close');
});

function signalOf(expiresAt: Date): AbortSignal {
  const res = Object.assign(new EventEmitter(), { closed: false, writableFinished: true });
  const exchange = { res, principal: null, ip: '127.0.0.1', requestId: 'r', correlationId: 'r' } as unknown as Exchange;
  const { signal } = createCaller({ exchange, ending: new AbortController().signal, expiresAt });
  answers.push(res);
  return signal;
}

test('a stream ends when its token does', async () => {
  const signal = signalOf(new Date(Date.now() + 20));
  await until(() => signal.aborted);
});

test('a token that is good for longer than a timer can wait does not end its stream at once', async () => {
  const far = signalOf(new Date(Date.now() + 60 * 86_400_000));
  const near = signalOf(new Date(Date.now() + 20));
  await until(() => near.aborted);
  expect(far.aborted).toBe(false);
});
