/** The pay page of the sandbox provider, in a real browser: what a buyer chooses there is what becomes of the payment. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startAttempt } from '../../contract-tests/walks/payments.ts';
import { createWorld } from '../../contract-tests/walks/world.ts';
import type { World } from '../../contract-tests/walks/world.ts';
import type { Schema } from '../contract/handlers.ts';
import { openBrowser } from '../testing/browser.ts';

let world: World;
let browser: Awaited<ReturnType<typeof openBrowser>>;

beforeAll(async () => {
  world = await createWorld();
  browser = await openBrowser();
}, 120_000);

afterAll(async () => {
  await browser.close();
  await world.close();
});

/** Sends the buyer to the pay page of a new attempt. */
async function goToPay(): Promise<{ page: Page; faults: string[]; payment: () => Promise<Schema<'Payment'>> }> {
  const { paymentId, attemptId } = await startAttempt(world, world.user);
  await world.portico.runJobs();
  const path = `/api/v1/payments/${paymentId}`;
  const { action } = await world.call<Schema<'PaymentAttempt'>>(world.user, 'GET', `${path}/attempts/${attemptId}`);
  const [, charge = ''] = action?.url?.split('#') ?? [];
  const page = await browser.context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => {
    if (request.url().includes(charge) && !request.url().includes('/api/v1/sandbox/')) faults.push(request.url());
  });
  await page.goto(`${world.portico.url}/sandbox/pay#${charge}`);
  return { page, faults, payment: () => world.call<Schema<'Payment'>>(world.user, 'GET', path) };
}

const status = (page: Page, text: string) => page.locator('#status', { hasText: text }).waitFor();

test('a buyer sees what is asked for, pays, and the payment is taken', async () => {
  const { page, faults, payment } = await goToPay();
  await status(page, 'Waiting for you.');
  expect(await page.innerText('#amount')).toBe('100.00 EUR');
  await page.getByRole('button', { name: 'Pay' }).press('Enter');
  await status(page, 'Paid.');
  expect(await page.locator('#charge').isVisible()).toBe(false);
  await world.portico.runJobs();
  expect((await payment()).state).toBe('captured');

  await page.reload();
  await status(page, 'Paid.');
  expect(faults).toEqual([]);
  await page.close();
}, 60_000);

test('a buyer who declines may try again', async () => {
  const { page, faults, payment } = await goToPay();
  await page.getByRole('button', { name: 'Decline' }).click();
  await status(page, 'Declined.');
  await world.portico.runJobs();
  expect(await payment()).toMatchObject({ captured: { amount: 0 }, attempts: [{ state: 'declined' }] });
  const again = `/api/v1/payments/${(await payment()).id}/attempts`;
  await world.call(world.user, 'POST', again, { body: { methodToken: 'sandbox-ok' } });
  await world.portico.runJobs();
  expect((await payment()).state).toBe('captured');
  expect(faults).toEqual([]);
  await page.close();
}, 60_000);

test('of two buyers with one link the second is told what the first chose', async () => {
  const { page } = await goToPay();
  const other = await browser.context.newPage();
  await other.goto(page.url());
  await status(other, 'Waiting for you.');
  await page.getByRole('button', { name: 'Pay' }).click();
  await status(page, 'Paid.');
  await other.getByRole('button', { name: 'Decline' }).click();
  await status(other, 'Paid.');
  await Promise.all([page.close(), other.close()]);
}, 60_000);

test('a link that leads to no payment says so', async () => {
  const page = await browser.context.newPage();
  await page.goto(`${world.portico.url}/sandbox/pay#sbx_${'0'.repeat(32)}`);
  await status(page, 'There is no such payment.');
  await page.close();
}, 60_000);
