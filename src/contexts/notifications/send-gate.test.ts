import { describe, expect, test } from '@jest/globals';
import { createSendGate } from './send-gate.ts';

describe('the send gate', () => {
  test('lets as many inside as it is wide, and the rest return at once', async () => {
    const gate = createSendGate(2);
    const leave = Promise.withResolvers<undefined>();
    let inside = 0;
    const drain = async (): Promise<void> => {
      inside += 1;
      await leave.promise;
    };
    const running = [gate(drain), gate(drain)];
    await gate(drain);
    await gate(drain);
    expect(inside).toBe(2);
    leave.resolve(undefined);
    await Promise.all(running);
  });

  test('one inside looks again for whoever was turned away', async () => {
    const gate = createSendGate(1);
    const firstLook = Promise.withResolvers<undefined>();
    let looks = 0;
    const running = gate(async () => {
      looks += 1;
      if (looks === 1) await firstLook.promise;
    });
    await gate(() => Promise.reject(new Error('was let in')));
    firstLook.resolve(undefined);
    await running;
    expect(looks).toBe(2);
  });

  test('a drain that fails frees its place', async () => {
    const gate = createSendGate(1);
    await expect(gate(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    let entered = false;
    await gate(() => {
      entered = true;
      return Promise.resolve();
    });
    expect(entered).toBe(true);
  });
});
