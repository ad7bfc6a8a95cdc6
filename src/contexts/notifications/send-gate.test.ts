import { describe, expect, test } from '@jest/globals';
import { createSendGate } from './send-gate.ts';

describe('the send gate', () => {
  test('lets one inside; the others return at once, and the one inside looks again for them', async () => {
    const gate = createSendGate();
    const firstLook = Promise.withResolvers<undefined>();
    let looks = 0;
    const running = gate(async () => {
      looks += 1;
      if (looks === 1) await firstLook.promise;
    });
    for (let other = 0; other < 3; other += 1) await gate(() => Promise.reject(new Error('was let in')));
    firstLook.resolve(undefined);
    await running;
    expect(looks).toBe(2);
  });

  test('who waits inside hears a knock, also one that came before it listened', async () => {
    const gate = createSendGate();
    const heard: string[] = [];
    const running = gate(async (knocks) => {
      await knocks.next();
      heard.push('first');
      knocks.look();
      const second = knocks.next();
      await gate(() => Promise.reject(new Error('was let in')));
      await second;
      heard.push('second');
      knocks.look();
    });
    await gate(() => Promise.reject(new Error('was let in')));
    await running;
    expect(heard).toEqual(['first', 'second']);
  });

  test('a drain that fails frees its place', async () => {
    const gate = createSendGate();
    await expect(gate(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    let entered = false;
    await gate(() => {
      entered = true;
      return Promise.resolve();
    });
    expect(entered).toBe(true);
  });
});
