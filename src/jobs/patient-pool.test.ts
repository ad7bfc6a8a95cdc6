import { expect, test } from '@jest/globals';
import type { Pool, PoolClient } from 'pg';
import { patientPool } from './patient-pool.ts';
import type { PatientPool } from './patient-pool.ts';

const broken = (): Error => new Error('Connection terminated unexpectedly');

/** A pool whose server gives these answers, one to each try. */
function poolThatAnswers(...answers: readonly (Error | object)[]): Pool {
  const left = [...answers];
  const answer = async (): Promise<unknown> => {
    const next = left.shift() ?? broken();
    if (next instanceof Error) throw next;
    return next;
  };
  const client = { query: answer, release: () => undefined };
  return { query: answer, connect: async () => client } as unknown as Pool;
}

/** What graphile-worker asks first. */
const tasks = { text: 'select id from graphile_worker._private_tasks', values: [] };
const job = { name: 'get_job/graphile_worker', text: 'select', values: [] };

async function ask({ pool }: PatientPool, question: object): Promise<unknown> {
  const client = await pool.connect();
  return (client.query as (question: object) => Promise<PoolClient>)(question);
}

test('which tasks there are is asked until there is an answer', async () => {
  const patient = patientPool(poolThatAnswers(broken(), broken(), { rows: [{ id: 1 }] }));
  expect(await ask(patient, tasks)).toEqual({ rows: [{ id: 1 }] });
});

test('after the end nobody waits for which tasks there are', async () => {
  const patient = patientPool(poolThatAnswers());
  const asked = ask(patient, tasks);
  patient.end();
  expect(await asked).toEqual({ rows: [] });
  await patient.settled();
});

test('what no patience helps against is told at once', async () => {
  const refused = Object.assign(new Error('permission denied'), { code: '42501' });
  await expect(ask(patientPool(poolThatAnswers(refused)), tasks)).rejects.toBe(refused);
});

test('a question for a job fails with its connection, and after the end means that there is none', async () => {
  const patient = patientPool(poolThatAnswers());
  await expect(ask(patient, job)).rejects.toThrow('Connection terminated');
  patient.end();
  expect(await ask(patient, job)).toEqual({ rows: [] });
});

test('the end of a job that breaks off is an error that the queue repeats after', async () => {
  const ending = { name: 'complete_job/graphile_worker', text: 'update', values: [] };
  await expect(ask(patientPool(poolThatAnswers()), ending)).rejects.toMatchObject({ code: '40001' });
});
