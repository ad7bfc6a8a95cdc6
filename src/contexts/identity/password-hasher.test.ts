import { describe, expect, it } from '@jest/globals';
import { createPasswordGate } from './password-gate.ts';
import { createPasswordHasher } from './password-hasher.ts';

const hasher = createPasswordHasher(createPasswordGate(), 4);

describe('the password hasher', () => {
  it('verifies what it hashed, and nothing else', async () => {
    const stored = await hasher.hash('quiet rivers carry old songs');
    expect(await hasher.verify('quiet rivers carry old songs', stored)).toBe(true);
    expect(await hasher.verify('quiet rivers carry old song', stored)).toBe(false);
    expect(stored.scheme).toBe('bcrypt-nfc-4');
    expect(hasher.isOutdated(stored)).toBe(false);
    expect(createPasswordHasher(createPasswordGate(), 5).isOutdated(stored)).toBe(true);
  });

  it('never lets in a password that differs only behind byte 72', async () => {
    const stored = await hasher.hash('€'.repeat(24));
    expect(await hasher.verify('€'.repeat(24), stored)).toBe(true);
    expect(await hasher.verify(`${'€'.repeat(24)}x`, stored)).toBe(false);
    expect(await hasher.verify('€'.repeat(25), stored)).toBe(false);
    await expect(hasher.hash('€'.repeat(25))).rejects.toThrow(RangeError);
  });

  it('takes one é for the other', async () => {
    const stored = await hasher.hash('caf\u00e9 au lait, svp');
    expect(await hasher.verify('cafe\u0301 au lait, svp', stored)).toBe(true);
  });

  it('takes no lone surrogate for another', async () => {
    const stored = await hasher.hash('\ufffd'.repeat(15));
    expect(await hasher.verify('\ud800'.repeat(15), stored)).toBe(false);
  });

  it('takes as long for nobody as for somebody', async () => {
    const slow = createPasswordHasher(createPasswordGate(), 9);
    const stored = await slow.hash('quiet rivers carry old songs');
    // The processor's time, not the clock's: what else the machine does is not in it.
    const time = async (against: typeof stored | undefined): Promise<number> => {
      const begun = process.cpuUsage();
      await slow.verify('a quite different sentence', against);
      const { user, system } = process.cpuUsage(begun);
      return user + system;
    };
    const [known, unknown]: [number[], number[]] = [[], []];
    for (let round = 0; round < 15; round += 1) {
      known.push(await time(stored));
      unknown.push(await time(undefined));
    }
    // The least of many is what the work itself takes.
    expect(Math.min(...unknown) / Math.min(...known)).toBeGreaterThan(0.8);
    expect(Math.min(...unknown) / Math.min(...known)).toBeLessThan(1.25);
  });
});
