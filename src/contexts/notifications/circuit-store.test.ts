import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Circuit } from '../../ports/send-outcome.ts';
import { createCircuitNotes, dropStaleCircuits, readCircuits } from './circuit-store.ts';
import { createFakeSmsSender, createNotificationScene } from './notifications.fixture.ts';
import type { NotificationScene } from './notifications.fixture.ts';
import { smsProvider } from './provider.ts';

let scene: NotificationScene;
beforeAll(async () => {
  scene = await createNotificationScene();
});
afterAll(() => scene.close());

test('other processes see a circuit from its opening to its closing', async () => {
  let circuit: Circuit = { state: 'closed', reason: 'no call has failed yet' };
  const provider = { ...smsProvider(createFakeSmsSender()), circuit: () => circuit };
  const [here, there] = [createCircuitNotes(scene.database, 'here'), createCircuitNotes(scene.database, 'there')];
  const note = async (next: Circuit): Promise<void> => {
    circuit = next;
    await here('sms', [provider]);
  };
  await note(circuit);
  expect(await readCircuits(scene.database)).toEqual([]);
  await note({ state: 'open', reason: '9 of 10 calls failed' });
  await there('sms', [provider]);
  expect(await readCircuits(scene.database)).toMatchObject([
    { channel: 'sms', provider: 'fake', process: 'here', state: 'open', reason: '9 of 10 calls failed' },
    { process: 'there', state: 'open' },
  ]);
  await note({ state: 'probing', reason: 'the pause is over' });
  expect(await readCircuits(scene.database)).toMatchObject([{ process: 'here', state: 'probing' }, { state: 'open' }]);
  await note({ state: 'closed', reason: 'the probe succeeded' });
  expect(await readCircuits(scene.database)).toMatchObject([{ process: 'there' }]);

  // Whoever died with an open circuit closes it no more.
  await dropStaleCircuits(scene.database, new Date(Date.now() + 60_000));
  expect(await readCircuits(scene.database)).toEqual([]);
});
