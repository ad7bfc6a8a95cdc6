import { describe, expect, test } from '@jest/globals';
import { judgeChanges } from './accepted-changes.ts';
import type { BreakingChange } from './breaking-change.ts';
import { compareDocuments } from './compare-documents.ts';
import { installOasdiff, oasdiffChanges } from './oasdiff.ts';
import { seededChanges } from './seeded-changes.ts';
import type { SeededChange } from './seeded-changes.ts';

const today = '2026-11-21';

type Checker = (seeded: SeededChange) => BreakingChange[];
const own: Checker = ({ before, after }) => compareDocuments({ old: before, new: after }, today);
const oasdiff: Checker = ({ before, after }) => oasdiffChanges(JSON.stringify(before), JSON.stringify(after));

/** The break is found where it is, and the harmless change is let through. */
function expectVerdict(check: Checker, seeded: SeededChange): void {
  const changes = check(seeded);
  if (seeded.breaks === null) {
    expect(changes).toEqual([]);
    return;
  }
  const { operation, kind, about } = seeded.breaks;
  const found = changes.filter((change) => change.operation === operation && change.kind === kind);
  expect(found.map(({ text }) => text.toLowerCase()).join('\n')).toContain(about.toLowerCase());
  expect(judgeChanges(changes, [], today)).toHaveLength(changes.length);
}

describe('the own checker', () => {
  test.each(seededChanges)('$what', (seeded) => expectVerdict(own, seeded));
});

const unable = installOasdiff();
if (unable === null) {
  describe('oasdiff', () => {
    test.each(seededChanges.filter(({ blind }) => blind === undefined))('$what', (seeded) =>
      expectVerdict(oasdiff, seeded),
    );
    test.each(seededChanges.filter(({ blind }) => blind !== undefined))('is blind: $what, $blind', (seeded) =>
      expect(oasdiff(seeded)).toEqual([]),
    );
  });
} else console.warn(`oasdiff was NOT held against the seeded changes. ${unable}`);
