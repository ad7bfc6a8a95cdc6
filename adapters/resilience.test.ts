import { describe, expect, test } from '@jest/globals';
import type { MessageSender, SendOutcome } from '../src/ports/send-outcome.ts';
import { usualResilience, withResilience } from './resilience.ts';
import type { ResilienceOptions } from './resilience.ts';

const patient = { signal: new AbortController().signal };
const accepted: SendOutcome = { outcome: 'accepted', providerMessageId: 'x' };
const down: SendOutcome = { outcome: 'unavailable', code: 'down', detail: '' };
const lost: SendOutcome = { outcome: 'unknown', detail: 'lost' };

interface Script {
  readonly sender: MessageSender<string>;
  calls: number;
}

function scripted(
  answer: (call: number, signal: AbortSignal) => SendOutcome | Promise<SendOutcome>,
  deduplicates = false,
): Script {
  const script: Script = {
    calls: 0,
    sender: {
      name: 'vendor',
      deduplicates,
      send: async (_message, { signal }) => answer((script.calls += 1), signal),
    },
  };
  return script;
}

function guarded(script: Script, options: Partial<ResilienceOptions> = {}) {
  return withResilience(script.sender, { ...usualResilience, retryMilliseconds: 1, ...options });
}

describe('a guarded sender', () => {
  test('passes answers on and tells how long they took', async () => {
    const heard: string[] = [];
    const sender = guarded(
      scripted(() => accepted),
      {
        observer: { called: (name, outcome) => heard.push(`${name} ${outcome}`), circuitChanged: () => undefined },
      },
    );
    expect(await sender.send('hi', patient)).toEqual(accepted);
    expect(heard).toEqual(['vendor accepted']);
  });

  test('tries again only what cannot be sent twice', async () => {
    const cases: [SendOutcome, boolean, number][] = [
      [down, false, 3],
      [lost, true, 3],
      [lost, false, 1],
      [{ outcome: 'rejected', code: 'bad', detail: '' }, true, 1],
      [{ outcome: 'throttled', retryAfterSeconds: 9 }, true, 1],
      [accepted, true, 1],
    ];
    for (const [outcome, deduplicates, calls] of cases) {
      const script = scripted(() => outcome, deduplicates);
      expect(await guarded(script, { retries: 2 }).send('hi', patient)).toEqual(outcome);
      expect(script.calls).toBe(calls);
    }
  });

  test('silence is unknown after the timeout, and the sender is told to give up', async () => {
    let toldToStop = false;
    const script = scripted(
      (_call, signal) =>
        new Promise(() => {
          signal.addEventListener('abort', () => (toldToStop = true));
        }),
    );
    expect(await guarded(script, { timeoutMilliseconds: 20 }).send('hi', patient)).toMatchObject({
      outcome: 'unknown',
    });
    expect(toldToStop).toBe(true);
  });

  test('a sender that knows how far it came has the last word at the timeout', async () => {
    const script = scripted(
      (_call, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(down))),
    );
    expect(await guarded(script, { timeoutMilliseconds: 20 }).send('hi', patient)).toEqual(down);
  });

  test('a sender that throws made an unknown call', async () => {
    const script = scripted(() => Promise.reject(new Error('defect')));
    expect(await guarded(script).send('hi', patient)).toEqual({ outcome: 'unknown', detail: 'defect' });
  });

  test('an open circuit refuses without calling, as a pause; refusals of messages never open it', async () => {
    const breaker = { windowMilliseconds: 1000, minimumCalls: 5, failureRate: 0.5, pauseMilliseconds: 4_000 };
    const well = scripted(() => ({ outcome: 'rejected', code: 'bad', detail: '' }));
    const patientSender = guarded(well, { breaker });
    for (let call = 0; call < 20; call += 1) await patientSender.send('hi', patient);
    expect(patientSender.circuit().state).toBe('closed');

    const script = scripted(() => down);
    const sender = guarded(script, { breaker });
    for (let call = 0; call < 20; call += 1) await sender.send('hi', patient);
    expect(script.calls).toBe(5);
    expect(sender.admits()).toBe(0);
    expect(sender.circuit()).toEqual({ state: 'open', reason: '5 of 5 calls failed' });
    expect(await sender.send('hi', patient)).toEqual({ outcome: 'throttled', retryAfterSeconds: 4 });
  });

  test('after the pause it admits one call, and all again once that succeeded', async () => {
    const script = scripted((call) => (call <= 5 ? down : accepted));
    const breaker = { windowMilliseconds: 1000, minimumCalls: 5, failureRate: 0.5, pauseMilliseconds: 0 };
    const sender = guarded(script, { breaker, concurrency: 7, queue: 0 });
    for (let call = 0; call < 5; call += 1) await sender.send('hi', patient);
    expect(sender.admits()).toBe(1);
    expect(await sender.send('hi', patient)).toEqual(accepted);
    expect(sender.admits()).toBe(7);
  });

  test('no more calls run at once than it has places; beyond the queue a call is a pause, not a failure', async () => {
    const release = Promise.withResolvers<undefined>();
    let running = 0;
    let most = 0;
    const script = scripted(async () => {
      most = Math.max(most, (running += 1));
      await release.promise;
      running -= 1;
      return accepted;
    });
    const sender = guarded(script, { concurrency: 2, queue: 1 });
    const calls = [1, 2, 3, 4].map(() => sender.send('hi', patient));
    expect(await calls[3]).toEqual({ outcome: 'throttled', retryAfterSeconds: 1 });
    release.resolve(undefined);
    expect(await Promise.all(calls.slice(0, 3))).toEqual([accepted, accepted, accepted]);
    expect(most).toBe(2);
  });
});
