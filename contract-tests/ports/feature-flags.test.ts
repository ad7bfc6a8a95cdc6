/** OpenFeature over a source of flags: what callers of the port get, and what the source is told. */
import { expect, test } from '@jest/globals';
import { createOpenFeatureFlags } from '../../adapters/feature-flags/openfeature.ts';
import type { FeatureFlags, FlagDecision, FlagSource, FlagSubject } from '../../src/ports/feature-flags.ts';
import { newId } from '../../src/shared/id.ts';

interface Seen {
  readonly key: string;
  readonly subject: FlagSubject;
  readonly decision?: FlagDecision;
}

function create(decide: FlagSource['decide']): { flags: FeatureFlags; asked: Seen[]; exposed: Seen[] } {
  const asked: Seen[] = [];
  const exposed: Seen[] = [];
  const source: FlagSource = {
    decide: (key, subject) => {
      asked.push({ key, subject });
      return decide(key, subject);
    },
    expose: async (key, subject, decision) => void exposed.push({ key, subject, decision }),
  };
  return { flags: createOpenFeatureFlags(source, { domain: newId() }), asked, exposed };
}

const somebody: FlagSubject = { userId: 'user-1', attributes: { locale: 'fa', role: ['user', 'staff'] } };

test.each([
  ['on', true],
  ['off', false],
])('a switch at %s is %s, whatever the fallback', async (variant, expected) => {
  const { flags } = create(() => ({ variant, reason: 'share' }));
  expect([await flags.isOn('a', true, somebody), await flags.isOn('a', false, somebody)]).toEqual([expected, expected]);
});

test('the source is asked about the very subject, and told what was resolved', async () => {
  const decision = { variant: 'one', reason: 'rule' } as const;
  const { flags, asked, exposed } = create(() => decision);
  expect(await flags.variantOf('checkout-steps', 'three', somebody)).toBe('one');
  expect(asked).toEqual([{ key: 'checkout-steps', subject: somebody }]);
  expect(exposed).toEqual([{ key: 'checkout-steps', subject: somebody, decision }]);
});

test('somebody unknown has no name', async () => {
  const { flags, asked } = create(() => undefined);
  await flags.isOn('a', true, { userId: null });
  expect(asked[0]?.subject).toEqual({ userId: null, attributes: {} });
});

test('of a flag that does not exist, or is no switch, the code decides, and nobody is exposed', async () => {
  const { flags, exposed } = create((key) => (key === 'gone' ? undefined : { variant: 'three', reason: 'share' }));
  expect(await flags.isOn('gone', true, somebody)).toBe(true);
  expect(await flags.variantOf('gone', 'three', somebody)).toBe('three');
  expect(await flags.isOn('no-switch', true, somebody)).toBe(true);
  expect(exposed).toEqual([]);
});

test('a source that fails is a flag that does not exist', async () => {
  const { flags } = create(() => {
    throw new Error('a defect');
  });
  expect(await flags.isOn('a', true, somebody)).toBe(true);
});

test('two of one process do not answer for each other', async () => {
  const [one, other] = [create(() => ({ variant: 'on', reason: 'share' })), create(() => undefined)];
  expect(await one.flags.isOn('a', false, somebody)).toBe(true);
  expect(await other.flags.isOn('a', false, somebody)).toBe(false);
});
