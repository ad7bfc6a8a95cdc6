import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decideFlag } from './decide-flag.ts';
import type { Flag } from './flag.ts';

const flag = (settings: Partial<Flag> = {}): Flag => ({
  ...{ key: 'checkout-steps', description: '', enabled: true, defaultVariant: 'off', rules: [], rollout: 0 },
  variants: [
    { name: 'on', weight: 1 },
    { name: 'off', weight: 0 },
  ],
  ...{ recordsExposures: false, version: 1, createdAt: new Date(0), updatedAt: new Date(0) },
  ...settings,
});
const users = Array.from({ length: 20_000 }, (_, n) => `user-${n}`);
const taking = (settings: Partial<Flag>): ReadonlySet<string> =>
  new Set(users.filter((userId) => decideFlag(flag(settings), { userId }).reason === 'share'));
const abc = ['a', 'b', 'c'].map((name) => ({ name, weight: 1 }));

describe('A share', () => {
  test('is about as large as it says', () => {
    expect(Math.abs(taking({ rollout: 1_000 }).size - 2_000)).toBeLessThan(200);
    expect([taking({ rollout: 0 }).size, taking({ rollout: 10_000 }).size]).toEqual([0, users.length]);
  });

  test('that grows from a tenth to a fifth keeps the first tenth', () => {
    const [tenth, fifth] = [taking({ rollout: 1_000 }), taking({ rollout: 2_000 })];
    expect([...tenth].filter((user) => !fifth.has(user))).toEqual([]);
    expect(fifth.size).toBeGreaterThan(tenth.size * 1.7);
  });

  test('never changes the variant of anybody by growing, whatever it was and becomes', () => {
    const shares = fc.integer({ min: 0, max: 10_000 });
    const property = fc.property(shares, shares, fc.uuid(), (one, other, userId) => {
      const [before, after] = [Math.min(one, other), Math.max(one, other)].map((rollout) =>
        decideFlag(flag({ rollout, variants: abc, defaultVariant: 'a' }), { userId }),
      );
      return before?.reason !== 'share' || before.variant === after?.variant;
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  test('is drawn anew for another flag: nobody gets every experiment', () => {
    const [one, other] = [taking({ rollout: 1_000 }), taking({ rollout: 1_000, key: 'search-order' })];
    const both = [...one].filter((user) => other.has(user)).length;
    expect(Math.abs(both - 200)).toBeLessThan(80);
  });

  test('is split by the weights, independently of its size', () => {
    const variants = [...abc.slice(0, 2), { name: 'c', weight: 2 }];
    const count = (name: string): number =>
      users.filter((userId) => decideFlag(flag({ rollout: 10_000, variants }), { userId }).variant === name).length;
    expect(Math.abs(count('c') - 10_000)).toBeLessThan(400);
    expect(Math.abs(count('a') - 5_000)).toBeLessThan(400);
  });
});

describe('A flag', () => {
  const rules = [
    { attribute: 'role', anyOf: ['staff', 'admin'], variant: 'on' },
    { attribute: 'userId', anyOf: ['user-1'], variant: 'off' },
  ];

  test.each<[string, Partial<Flag>, Parameters<typeof decideFlag>[1], object]>([
    [
      'that is switched off gives the default, rules or not',
      { enabled: false, rules, rollout: 10_000 },
      { userId: 'user-1' },
      { variant: 'off', reason: 'disabled' },
    ],
    [
      'asks its rules before the draw',
      { rules, rollout: 10_000 },
      { userId: 'user-1' },
      { variant: 'off', reason: 'rule' },
    ],
    [
      'takes the first rule that fits',
      { rules },
      { userId: 'user-1', attributes: { role: ['user', 'staff'] } },
      { variant: 'on', reason: 'rule' },
    ],
    [
      'gives the default to whoever nothing fits',
      { rules },
      { userId: 'user-2' },
      { variant: 'off', reason: 'default' },
    ],
    [
      'for everybody is for somebody unknown too',
      { rollout: 10_000 },
      { userId: null },
      { variant: 'on', reason: 'share' },
    ],
    [
      'for many is not for somebody unknown',
      { rollout: 9_999 },
      { userId: null },
      { variant: 'off', reason: 'default' },
    ],
    [
      'with several variants is not drawn for somebody unknown',
      { rollout: 10_000, variants: abc, defaultVariant: 'a' },
      { userId: null },
      { variant: 'a', reason: 'default' },
    ],
    [
      'does not let somebody call themselves somebody else',
      { rules },
      { userId: 'user-2', attributes: { userId: 'user-1' } },
      { variant: 'off', reason: 'default' },
    ],
  ])('%s', (_what, settings, subject, decision) => {
    expect(decideFlag(flag(settings), subject)).toEqual(decision);
  });
});
