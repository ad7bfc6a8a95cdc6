import type { Defect } from './defect.ts';
import { answerDefects } from './answer-defects.ts';
import { effectDefects } from './effect-defects.ts';
import { formDefects } from './form-defects.ts';
import { judgementDefects } from './judgement-defects.ts';

/** All seeded defects, in the order of the table. */
export const defects: readonly Defect[] = [...answerDefects, ...judgementDefects, ...formDefects, ...effectDefects];

/** One defect for each check and each walk: what `npm run test:contract` has the time for. */
export function shareOf(all: readonly Defect[]): Defect[] {
  const groups = Map.groupBy(all, ({ caughtBy }) => ('check' in caughtBy ? caughtBy.check : caughtBy.walk));
  return [...groups.values()].flatMap(([first]) => first ?? []);
}
