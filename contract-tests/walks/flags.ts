/** Feature flags that the walks act on, made through the API. */
import type { World } from './world.ts';

let made = 0;

/** For everybody a variant by lot, remembered when it is shown. */
export const flag = () => ({
  key: `walks-n${(made += 1)}`,
  description: 'One of the walks.',
  defaultVariant: 'off',
  variants: [
    { name: 'on', weight: 1 },
    { name: 'off', weight: 0 },
  ],
  rollout: 10_000,
  recordsExposures: true,
});

/** @returns its key */
export async function createFlag({ call, staff }: Pick<World, 'call' | 'staff'>): Promise<string> {
  return (await call<{ key: string }>(staff, 'POST', '/api/v1/flags', { body: flag() })).key;
}
