import { describe, expect, it } from '@jest/globals';
import { createPasswordGate } from './password-gate.ts';

/** Work that ends when the test says so. */
function controlled() {
  const ends: (() => void)[] = [];
  let most = 0;
  let running = 0;
  const work = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => ends.push(resolve));
    running -= 1;
  };
  return { work, ends, most: () => most };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the password gate', () => {
  it('runs two, lets three wait, and turns the rest away at once with Retry-After', async () => {
    const gate = createPasswordGate({ concurrency: 2, queue: 3 });
    const { work, ends, most } = controlled();
    const admitted = Array.from({ length: 5 }, () => gate.run(work));
    await expect(gate.run(work)).rejects.toMatchObject({
      status: 503,
      headers: { 'retry-after': expect.stringMatching(/^[1-9]\d*$/) },
    });
    for (let done = 0; done < 5; done += 1) {
      await settled();
      ends[done]?.();
    }
    await Promise.all(admitted);
    expect(most()).toBe(2);
  });

  it('gives the place of somebody who has gone away to the next', async () => {
    const gate = createPasswordGate({ concurrency: 1, queue: 1 });
    const { work, ends } = controlled();
    const first = gate.run(work);
    const leaver = new AbortController();
    const left = gate.run(work, leaver.signal);
    leaver.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    const next = gate.run(work);
    ends[0]?.();
    await first;
    await settled();
    ends[1]?.();
    await next;
    expect(ends).toHaveLength(2);
  });

  it('goes on after work that failed', async () => {
    const gate = createPasswordGate({ concurrency: 1, queue: 0 });
    await expect(gate.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(gate.run(() => Promise.resolve('fine'))).resolves.toBe('fine');
  });
});
