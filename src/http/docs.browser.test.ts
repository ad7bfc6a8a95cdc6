import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { demoAccounts } from '../contexts/identity/index.ts';
import { openBrowser } from '../testing/browser.ts';
import { startPortico } from '../testing/portico.ts';
import type { TestPortico } from '../testing/portico.ts';

let portico: TestPortico;
let browser: Awaited<ReturnType<typeof openBrowser>>;

beforeAll(async () => {
  portico = await startPortico();
  const { database, identity } = portico.portico;
  await database.transaction((tx) => identity.seedDemo(tx, { people: 0 }));
  browser = await openBrowser();
}, 60_000);

afterAll(async () => {
  await browser.close();
  await portico.close();
});

// Of the document with everything, Swagger UI draws only what is in sight; of a context's, all.
test('a program authorizes with its id and secret and calls an operation', async () => {
  const account = demoAccounts.find(({ role }) => role === 'admin');
  const token = await portico.logIn(account?.email ?? '', account?.password ?? '');
  const body = { name: 'Swagger UI', scopes: ['campaigns:read'], secretDays: 1 };
  const made = await portico.request('POST', '/api/v1/clients', { token, body });
  const { id, secret } = (await made.json()) as { id: string; secret: string };

  const page = await browser.context.newPage();
  await page.goto(`${portico.url}/docs?urls.primaryName=rewards`);
  await page.click('.auth-wrapper button.authorize');
  const dialog = page.locator('.modal-ux .auth-container', { hasText: 'clientCredentials' });
  await dialog.locator('input[data-name=clientId]').fill(id);
  await dialog.locator('input[data-name=clientSecret]').fill(secret);
  await dialog.locator('button.authorize').click();
  // The dialog offers to log out once it has a token.
  await dialog.locator('button', { hasText: 'Logout' }).waitFor();
  await page.locator('.modal-ux button.close-modal').click();

  const operation = page.locator('.opblock[id$="-listBonusCampaigns"]');
  await operation.locator('.opblock-summary-control').click();
  await operation.locator('button.execute').click();
  const response = operation.locator('.live-responses-table tbody .response');
  await response.waitFor();
  expect((await response.locator('.response-col_status').innerText()).trim()).toMatch(/^200/);
}, 60_000);

test('a person logs in on the documentation page and calls an operation', async () => {
  const page = await browser.context.newPage();
  const complaints: string[] = [];
  const strangers: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(portico.url) && !request.url().startsWith('data:')) strangers.push(request.url());
  });

  await page.goto(`${portico.url}/docs?urls.primaryName=identity`);
  const staff = demoAccounts.find(({ role }) => role === 'staff');
  expect(await page.inputValue('#log-in input[name=email]')).toBe(staff?.email);
  await page.click('#log-in button');
  await page.waitForSelector('#log-in[data-state=done]');

  const operation = page.locator('.opblock[id$="-getMe"]');
  await operation.locator('.opblock-summary-control').click();
  await operation.locator('button.execute').click();
  const response = operation.locator('.live-responses-table tbody .response');
  await response.waitFor();
  expect((await response.locator('.response-col_status').innerText()).trim()).toMatch(/^200/);
  expect(await response.locator('.response-col_description').innerText()).toContain(staff?.email);

  // Everything came from this server, and nothing had to break the content security policy.
  expect({ complaints, strangers }).toEqual({ complaints: [], strangers: [] });
}, 60_000);
