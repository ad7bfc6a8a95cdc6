import { createHash } from 'node:crypto';
import type { FlagDecision, FlagSubject } from '../../../ports/feature-flags.ts';
import { WHOLE } from './flag.ts';
import type { Flag } from './flag.ts';

/**
 * What a flag decides for somebody: kill switch, then rules, then the draw, then the default. Two draws that know nothing of
 * each other: whether one takes part, and which variant one gets. So whoever takes part at 10 % still does at 20 %, and
 * nobody's variant changes because more take part. Pure: always the same for one flag and user, on every process.
 */
export function decideFlag(flag: Flag, { userId, attributes = {} }: FlagSubject): FlagDecision {
  const { key, enabled, defaultVariant, variants, rules, rollout } = flag;
  if (!enabled) return { variant: defaultVariant, reason: 'disabled' };
  const known = userId === null ? attributes : { ...attributes, userId };
  const rule = rules.find(({ attribute, anyOf }) =>
    [known[attribute] ?? []].flat().some((value) => anyOf.includes(value)),
  );
  if (rule !== undefined) return { variant: rule.variant, reason: 'rule' };
  const drawn = variants.filter(({ weight }) => weight > 0);
  const [first] = drawn;
  if (first === undefined) return { variant: defaultVariant, reason: 'default' };
  if (userId === null) {
    // What is everybody's needs no draw; of anything else somebody unknown would get another variant each time.
    const everybody = rollout === WHOLE && drawn.length === 1;
    return everybody ? { variant: first.name, reason: 'share' } : { variant: defaultVariant, reason: 'default' };
  }
  if (draw(`${key}:${userId}`, WHOLE) >= rollout) return { variant: defaultVariant, reason: 'default' };
  let left = draw(
    `${key}:variant:${userId}`,
    drawn.reduce((sum, { weight }) => sum + weight, 0),
  );
  const variant = drawn.find(({ weight }) => (left -= weight) < 0) ?? first;
  return { variant: variant.name, reason: 'share' };
}

/** A number in [0, count), even over texts and fixed for each. */
function draw(text: string, count: number): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6) % count;
}
