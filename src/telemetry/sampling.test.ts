import { expect, test } from '@jest/globals';
import { createSampling } from './sampling.ts';

const asked = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', sampled: true };
const declined = { ...asked, sampled: false };

test('a trace that begins here is recorded by chance', () => {
  const chances = [0.049, 0.05, 0.9];
  const sampling = createSampling({ sampler: 'parentbased_traceidratio', ratio: 0.05 }, () => chances.shift() ?? 1);
  expect([sampling(null), sampling(null), sampling(null)]).toEqual([true, false, false]);
});

test('a trace that began elsewhere keeps its decision', () => {
  const sampling = createSampling({ sampler: 'parentbased_traceidratio', ratio: 1 }, () => 0);
  expect([sampling(asked), sampling(declined)]).toEqual([true, false]);
});

test('a flood of wishes is recorded no further than the bound, and again a second later', () => {
  let now = 5_000;
  const sampling = createSampling(
    { sampler: 'parentbased_traceidratio', ratio: 0.05 },
    () => 0.5,
    () => now,
  );
  const granted = (): number => Array.from({ length: 1_000 }, () => sampling(asked)).filter(Boolean).length;
  expect(granted()).toBe(100);
  now += 1_000;
  expect(granted()).toBe(100);
});

test('traceidratio listens to nobody', () => {
  const sampling = createSampling({ sampler: 'traceidratio', ratio: 0.05 }, () => 0.5);
  expect(sampling(asked)).toBe(false);
  expect(createSampling({ sampler: 'traceidratio', ratio: 1 })(declined)).toBe(true);
});
