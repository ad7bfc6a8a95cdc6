import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId } from '../../shared/id.ts';
import { killAfterEachStep } from '../../testing/dying-database.ts';
import { collectDataExport } from './collect-data-export.ts';
import { createDataExport, exportPersonalData, getDataExport } from './create-data-export.ts';
import { deleteExpiredDataExports } from './data-export-store.ts';
import { createIdentityFixture, ORIGIN } from './identity.fixture.ts';
import type { IdentityFixture } from './identity.fixture.ts';

let fixture: IdentityFixture;
beforeAll(async () => {
  fixture = await createIdentityFixture();
});
afterAll(() => fixture.close());

/** Long enough for several pieces. */
const history = Array.from({ length: 9_000 }, (_, index) => ({ index, text: 'x'.repeat(90) }));
const long = {
  name: 'history',
  async *read() {
    for (let from = 0; from < history.length; from += 1_000) yield history.slice(from, from + 1_000);
  },
};
const parts = () => ({ ...fixture.parts, personalData: () => [...fixture.parts.personalData(), long] });
const collect = (exportId: string, database = fixture.parts.database) =>
  collectDataExport({ ...parts(), database }, { exportId, signal: ORIGIN.signal });

async function read(exportId: string, userId: string): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  for await (const piece of await exportPersonalData(fixture.parts, { exportId, userId })) pieces.push(piece);
  return pieces;
}

it('gives a person what is known about them, in pieces, whatever died and however many collected', async () => {
  const email = 'curious@example.com';
  const userId = await fixture.createUser({ email });
  const { id } = await createDataExport(fixture.parts, { userId });
  await expect(exportPersonalData(fixture.parts, { exportId: id, userId })).rejects.toMatchObject({
    code: 'export-not-ready',
  });
  await expect(createDataExport(fixture.parts, { userId })).rejects.toMatchObject({
    constraint: 'data_exports_one_running',
  });
  const kills = await killAfterEachStep(
    fixture.test.database,
    (database) => collect(id, database),
    () => Promise.resolve(),
  );
  expect(kills).toBeGreaterThan(5);
  await Promise.all([collect(id), collect(id)]);

  const pieces = await read(id, userId);
  expect(pieces.length).toBeGreaterThan(3);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(300_000);
  const text = Buffer.concat(pieces).toString();
  expect(JSON.parse(text)).toMatchObject({
    format: 'portico-data-export/1',
    userId,
    sections: { profile: [{ id: userId, email, locked: false }], sessions: [], history },
  });
  expect(await getDataExport(fixture.parts, { exportId: id, userId })).toMatchObject({
    state: 'ready',
    bytes: Buffer.byteLength(text),
  });
  expect(await fixture.messagesTo(email)).toMatchObject([{ subject: 'Your data are ready' }]);
  const stored = await fixture.sql<{ runs: number; open: boolean }>(
    `select count(distinct run_id) as runs, bool_or(position('curious'::bytea in sealed) > 0) as open
     from identity.data_export_pieces where export_id = $1`,
    [id],
  );
  expect(stored).toEqual([{ runs: 1, open: false }]);
});

it("is nobody else's, and nobody's once it has expired", async () => {
  const userId = await fixture.createUser({ email: 'private@example.com' });
  const { id } = await createDataExport(fixture.parts, { userId });
  await collect(id);
  const foreign = exportPersonalData(fixture.parts, { exportId: id, userId: newId() });
  await expect(foreign).rejects.toMatchObject({ status: 404 });
  await fixture.sql(`update identity.data_exports set expires_at = now() where id = $1`, [id]);
  await expect(read(id, userId)).rejects.toMatchObject({ status: 404 });
  await deleteExpiredDataExports(fixture.test.database);
  expect(await fixture.sql('select 1 from identity.data_export_pieces where export_id = $1', [id])).toEqual([]);
});

it('is given up after a day, so that another may be asked for', async () => {
  const userId = await fixture.createUser({ email: 'patient@example.com' });
  const { id } = await createDataExport(fixture.parts, { userId });
  await fixture.sql(`update identity.data_exports set requested_at = now() - interval '25 hours' where id = $1`, [id]);
  await deleteExpiredDataExports(fixture.test.database);
  expect(await getDataExport(fixture.parts, { exportId: id, userId })).toMatchObject({ state: 'failed' });
  await collect(id);
  expect(await getDataExport(fixture.parts, { exportId: id, userId })).toMatchObject({ state: 'failed' });
  await expect(createDataExport(fixture.parts, { userId })).resolves.toMatchObject({ state: 'running' });
});
