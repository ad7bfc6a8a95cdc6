import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId } from '../../../shared/id.ts';
import { createTeamsFixture, dinner } from '../teams.fixture.ts';
import type { TeamsFixture } from '../teams.fixture.ts';
import { mondayOf, sendTeamDigests } from './send-team-digests.ts';
import { updateTeamDigest } from './update-team-digest.ts';

let fixture: TeamsFixture;
beforeAll(async () => {
  fixture = await createTeamsFixture();
});
afterAll(() => fixture.close());

const clock = { now: () => new Date('2026-11-23T08:00:00Z') };
const send = () => sendTeamDigests({ ...fixture.dependencies, clock }, { signal: new AbortController().signal });

it('reminds those who asked for it and have something to settle, by one message a week', async () => {
  const team = await fixture.createTeam(2);
  await fixture.createExpense(team);
  await fixture.createExpense(team, { ...dinner(team, '300'), currency: 'JPY' });
  await send();
  expect(fixture.asked).toEqual([]);
  await updateTeamDigest(fixture.dependencies, { userId: team.userId, weekly: true });
  await updateTeamDigest(fixture.dependencies, { userId: team.userId, weekly: true });
  // Has nothing to settle.
  await updateTeamDigest(fixture.dependencies, { userId: newId(), weekly: true });
  await send();
  await send();
  expect(new Set(fixture.asked.map(({ dedupeKey }) => dedupeKey))).toEqual(
    new Set([`team-digest:${team.userId}:2026-11-23`]),
  );
  expect(fixture.asked[0]).toMatchObject({
    ...{ channel: 'email', class: 'marketing', category: 'reminders', address: `${team.userId}@example.com` },
    text: 'Trip: you are owed 5.00 EUR.\nTrip: you are owed 150 JPY.',
  });
  const before = fixture.asked.length;
  await updateTeamDigest(fixture.dependencies, { userId: team.userId, weekly: false });
  await send();
  expect(fixture.asked).toHaveLength(before);
});

it.each([
  ['2026-11-23T00:00:00Z', '2026-11-23'],
  ['2026-11-29T23:59:59Z', '2026-11-23'],
  ['2026-11-30T00:00:00Z', '2026-11-30'],
])('the week of %s began on %s', (moment, monday) => {
  expect(mondayOf(new Date(moment))).toBe(monday);
});
