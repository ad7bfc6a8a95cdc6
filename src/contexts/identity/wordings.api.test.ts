import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Schema } from '../../contract/handlers.ts';
import { createApiCaller, succeed } from '../../testing/api-caller.ts';
import type { CallApi } from '../../testing/api-caller.ts';
import { startPortico } from '../../testing/portico.ts';
import type { TestPortico } from '../../testing/portico.ts';
import { demoPhone } from '../../shared/demo-phone.ts';

let portico: TestPortico;
let call: CallApi;
beforeAll(async () => {
  portico = await startPortico();
  call = createApiCaller(portico, portico.tokenFor('staff'));
  await portico.database.transaction((tx) => portico.portico.identity.seedDemo(tx, { people: 3 }));
});
afterAll(() => portico.close());

const code = { name: 'code', type: 'string', sample: '482913', maxLength: 6 };
let made = 0;
let asking = 0;
const root = '/api/v1/message-templates';

async function create(key: string, channel = 'sms', category = 'account'): Promise<string> {
  const body = { key, channel, category, description: '' };
  return (await succeed(call<Schema<'Template'>>('POST', root, body))).id;
}
const draft = (templateId: string, variables: readonly object[], ...contents: readonly object[]) =>
  call<Schema<'TemplateVersion'> & Schema<'Problem'>>('POST', `${root}/${templateId}/versions`, {
    ...{ defaultLocale: 'en', variables, contents },
  });
async function publish(templateId: string, variables: readonly object[], ...contents: readonly object[]) {
  const { id: versionId } = await succeed(draft(templateId, variables, ...contents));
  await succeed(call('POST', `${root}/${templateId}/publish`, { versionId }, { 'if-match': '*' }));
}

/** Somebody who has not asked yet asks for a code to log in. @returns what their phone shows */
async function askForCode(): Promise<string> {
  const phone = demoPhone((asking += 1) - 1);
  const body = { phone, purpose: 'login' };
  const asked = await portico.request('POST', '/api/v1/auth/otp/request', { body });
  expect(asked.status).toBeLessThan(300);
  await portico.runJobs();
  const path = `/api/v1/sandbox/messages?channel=sms&address=${encodeURIComponent(phone)}&limit=1`;
  const { items } = await succeed(call<Schema<'SandboxMessagePage'>>('GET', path));
  return items[0]?.text ?? '';
}

describe('a text of the code', () => {
  test('is said as staff published it, in the language of whoever gets it, and again as before once it is archived', async () => {
    expect(await askForCode()).toMatch(/^\d{6} is your code to log in\./);
    const id = await create('account.code.login');
    const texts = [
      { locale: 'en', text: 'Code: {{code}}' },
      { locale: 'fa', text: 'کد شما {{code}}' },
    ];
    await publish(id, [code], ...texts);
    // The number tells Iran.
    expect(await askForCode()).toMatch(/^کد شما \d{6}$/);
    const archived = await call(
      'PATCH',
      `${root}/${id}`,
      { archived: true },
      {
        'if-match': '*',
        'content-type': 'application/merge-patch+json',
      },
    );
    expect(archived.status).toBe(200);
    expect(await askForCode()).toMatch(/^\d{6} is your code to log in\./);
  });

  test.each<[string, object[], string]>([
    ['that says no code', [], 'Hello.'],
    [
      'with a variable that nobody fills in',
      [code, { name: 'name', type: 'string', sample: 'x' }],
      '{{code}} {{name}}',
    ],
    ['with a variable of another type', [{ name: 'code', type: 'integer', sample: 1 }], '{{code}}'],
    ['that may become too long', [code], `{{code}}${'x'.repeat(890)}`],
  ])('cannot be replaced by one %s', async (_what, variables, text) => {
    const id = await create(`account.code.${['verify', 'reset', 'deletion', 'social'][(made += 1) % 4]}`);
    const refused = await draft(id, variables, { locale: 'en', text });
    expect([refused.status, refused.body.code]).toEqual([409, 'template-invalid']);
    expect((await draft(id, [code], { locale: 'en', text: '{{code}}' })).status).toBe(201);
  });

  test('cannot be replaced by a template for another channel', async () => {
    const id = await create('account.reset-password', 'sms');
    const refused = await draft(id, [], { locale: 'en', text: 'x' });
    expect([refused.status, refused.body.code]).toEqual([409, 'template-invalid']);
  });
});
