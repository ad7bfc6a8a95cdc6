import { mkdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createWorld } from '../../contract-tests/walks/world.ts';
import type { World } from '../../contract-tests/walks/world.ts';
import { demoAccounts } from '../contexts/identity/index.ts';
import type { Role } from '../contexts/identity/role.ts';
import { openBrowser } from '../testing/browser.ts';
import { rollUpAll } from '../testing/roll-up.ts';

let world: World;
let browser: Awaited<ReturnType<typeof openBrowser>>;

beforeAll(async () => {
  world = await createWorld();
  await world.upload(await world.createCampaign(), [world.phone, 'nonsense']);
  await world.createDeadLetter();
  await world.portico.runJobs();
  await rollUpAll(world.portico.owner, () => world.portico.portico.analytics.rollUpFacts());
  browser = await openBrowser();
}, 120_000);

afterAll(async () => {
  await browser.close();
  await world.close();
});

interface Visit {
  readonly page: Page;
  /** What the page complained about, and requests to anybody else. */
  readonly faults: readonly string[];
}

async function open(width: number, height: number): Promise<Visit> {
  const page = await browser.context.newPage();
  await page.setViewportSize({ width, height });
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(world.portico.url)) faults.push(request.url());
  });
  await page.goto(`${world.portico.url}/console`);
  return { page, faults };
}

function account(role: Role): { readonly email: string; readonly password: string } {
  const found = demoAccounts.find((known) => known.role === role);
  if (found === undefined) throw new Error(`There is no demo account for ${role}.`);
  return found;
}

/** By keys alone, as far as a person who has no mouse. */
async function logIn(page: Page, role: Role): Promise<void> {
  const { email, password } = account(role);
  await page.focus('input[name=email]');
  await page.keyboard.type(email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#view:not([hidden])');
}

/** Where PORTICO_SCREENSHOTS names a folder, what the page looks like is kept there. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['PORTICO_SCREENSHOTS'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

const fitsTheScreen = (page: Page): Promise<unknown> =>
  page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');

test.each([
  ['desktop', 1280, 900],
  ['phone', 360, 740],
])(
  'an admin sees every view on a %s screen',
  async (screen, width, height) => {
    const { page, faults } = await open(width, height);
    await logIn(page, 'admin');

    await page.waitForSelector('#figures li[data-metric=coins-granted]');
    expect(await page.innerText('#figures li[data-metric=coins-granted] .figure')).toBe('50');
    await page.waitForSelector('#chart svg[role=img]');
    expect(await page.getAttribute('#chart svg', 'aria-label')).toContain('Coins granted: 50');
    await page.locator('#live', { hasText: '50 coins granted' }).waitFor();
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, `${screen}-dashboard`);

    await page.click('nav a[href="#imports"]');
    await page.waitForSelector('#imports article[data-status=finished]');
    expect(await page.innerText('#imports article')).toContain('2 lines');
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, `${screen}-imports`);

    await page.click('nav a[href="#messages"]');
    await page.waitForSelector('#funnels article[data-channel=sms] meter');
    expect(await page.innerText('#funnels article[data-channel=sms]')).toContain('created:');
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, `${screen}-messages`);

    await page.click('nav a[href="#dead-letters"]');
    await page.waitForSelector('#dead-letters article, #dead-letters p');
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, `${screen}-dead-letters`);

    expect(faults).toEqual([]);
    await page.close();
  },
  60_000,
);

test('a dead letter is run again with the keyboard alone', async () => {
  const [letter = ''] = await world.createDeadLetter();
  const { page, faults } = await open(1280, 900);
  await logIn(page, 'admin');
  await page.focus('nav a[href="#dead-letters"]');
  await page.keyboard.press('Enter');
  const card = page.locator(`article[data-letter="${letter}"]`);
  await card.waitFor();
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    const reached = await page.evaluate(
      `document.activeElement.tagName === 'BUTTON' && document.activeElement.closest('[data-letter="${letter}"]') !== null`,
    );
    if (reached === true) break;
  }
  await page.keyboard.press('Enter');
  await page.waitForSelector(`article[data-letter="${letter}"][data-state=redriven]`);
  expect(await page.innerText('#status')).toContain('runs again');
  const read = await world.call<{ redrivenAt: string | null }>(world.admin, 'GET', `/api/v1/dead-letters/${letter}`);
  expect(read.redrivenAt).not.toBeNull();
  expect(faults).toEqual([]);
  await page.close();
}, 60_000);

test('an import moves while it is credited', async () => {
  const campaign = await world.createCampaign();
  const importId = await world.upload(
    campaign,
    Array.from({ length: 3_000 }, (_, n) => `+98935${String(n).padStart(7, '0')}`),
  );
  const { page, faults } = await open(1280, 900);
  await logIn(page, 'staff');
  await page.click('nav a[href="#imports"]');
  const card = `article[data-import="${importId}"]`;
  await page.waitForSelector(`${card}[data-event=progress]`);
  expect(await page.innerText(`${card} label`)).toContain('0 %');
  await world.portico.runJobs();
  await page.waitForSelector(`${card}[data-status=finished][data-event=finished]`);
  expect(await page.innerText(`${card} label`)).toContain('100 %');
  expect(faults).toEqual([]);
  await page.close();
}, 60_000);

test('who may not see something is told so, a wrong password lets nobody in, and leaving forgets', async () => {
  const { page } = await open(360, 740);
  await page.fill('input[name=email]', account('staff').email);
  await page.fill('input[name=password]', 'not this one, surely');
  await page.keyboard.press('Enter');
  // A locator: what waitForFunction is given would be evaluated in the page, whose policy forbids that.
  await page.locator('#log-in [role=alert]', { hasText: 'Not logged in' }).waitFor();

  await page.fill('input[name=email]', '');
  await page.fill('input[name=password]', '');
  await logIn(page, 'staff');
  await page.click('nav a[href="#dead-letters"]');
  await page.waitForSelector('.failure[role=alert]');
  expect(await page.innerText('.failure')).toBe('This account may not see this.');
  await page.click('#log-out');
  await page.waitForSelector('#log-in:not([hidden])');
  expect(await page.inputValue('input[name=password]')).toBe('');
  await page.close();
}, 60_000);
