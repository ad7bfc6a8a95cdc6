import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Schema } from '../../../contract/handlers.ts';
import { createApiCaller } from '../../../testing/api-caller.ts';
import type { CallApi } from '../../../testing/api-caller.ts';
import { startPortico } from '../../../testing/portico.ts';
import type { TestPortico } from '../../../testing/portico.ts';

let portico: TestPortico;
let staff: string;
let send: CallApi;
beforeAll(async () => {
  portico = await startPortico();
  staff = portico.tokenFor('staff');
  send = createApiCaller(portico, staff);
});
afterAll(() => portico.close());

const any = { 'if-match': '*' };
const source = (text: string): Schema<'TemplateSource'> => ({
  defaultLocale: 'en',
  variables: [{ name: 'coins', type: 'integer', sample: 500 }],
  contents: [{ locale: 'en', text }],
});

let made = 0;
async function create(channel: 'sms' | 'email' = 'sms'): Promise<string> {
  const body = { key: `test.n${(made += 1)}`, channel, category: 'promotions', description: '' };
  const { body: template } = await send<Schema<'Template'>>('POST', '/api/v1/message-templates', body);
  expect(template).toMatchObject({ ...body, class: 'marketing', publishedVersionId: null });
  return template.id;
}

async function draft(templateId: string, text: string): Promise<string> {
  const path = `/api/v1/message-templates/${templateId}/versions`;
  return (await send<Schema<'TemplateVersion'>>('POST', path, source(text))).body.id;
}

const publish = (templateId: string, versionId: string, headers: Record<string, string> = any) =>
  send<Schema<'Template'> & Schema<'Problem'>>(
    'POST',
    `/api/v1/message-templates/${templateId}/publish`,
    { versionId },
    headers,
  );
const find = (id: string) => portico.portico.notifications.findTemplate(portico.database, { id });

describe('a version', () => {
  test('is drafted, published, kept for ever, and gone back to', async () => {
    const id = await create();
    const first = await draft(id, 'One {{coins}}.');
    expect(await find(id)).toBeUndefined();
    expect((await publish(id, first)).body.publishedVersionId).toBe(first);
    expect(await find(id)).toMatchObject({ versionId: first, contents: [{ text: 'One {{coins}}.' }] });

    const path = `/api/v1/template-versions/${first}`;
    const kept = await send<Schema<'TemplateVersion'>>('GET', path);
    expect(kept.body).toMatchObject({ number: 1, state: 'published', current: true });
    for (const attempt of [
      await send<Schema<'Problem'>>('PUT', path, source('Other.'), any),
      await send<Schema<'Problem'>>('DELETE', path, undefined, any),
    ]) {
      expect([attempt.status, attempt.body.code]).toEqual([409, 'version-published']);
    }

    const second = await draft(id, 'Two {{coins}}.');
    await publish(id, second);
    expect(await find(id)).toMatchObject({ versionId: second });
    await publish(id, first);
    expect(await find(id)).toMatchObject({ versionId: first });
    const list = await send<Schema<'TemplateVersionPage'>>('GET', `/api/v1/message-templates/${id}/versions`);
    expect(list.body.items.map(({ number, current }) => [number, current])).toEqual([
      [2, false],
      [1, true],
    ]);
  });

  test('that was published cannot be changed by any statement either', async () => {
    const id = await create();
    const version = await draft(id, 'One.');
    await publish(id, version);
    const text = `update notifications.template_versions set contents = '[]' where id = $1`;
    await expect(portico.owner.query({ name: 'test.change_published', text }, [version])).rejects.toMatchObject({
      constraint: 'template_versions_keep_published',
    });
  });

  test('is not published by who has not read its last edit', async () => {
    const id = await create();
    const version = await draft(id, 'One.');
    const read = await send('GET', `/api/v1/message-templates/${id}`);
    await send('PUT', `/api/v1/template-versions/${version}`, source('Edited.'), any);
    expect((await publish(id, version, { 'if-match': read.etag })).status).toBe(412);
    expect(await find(id)).toBeUndefined();
  });

  test('belongs to its template, which has one draft at a time', async () => {
    const [one, other] = [await create(), await create()];
    const version = await draft(one, 'One.');
    expect((await publish(other, version)).status).toBe(404);
    const path = `/api/v1/message-templates/${one}/versions`;
    const attempts = await Promise.all([1, 2, 3].map(() => send<Schema<'Problem'>>('POST', path, source('Again.'))));
    expect(attempts.map(({ status, body }) => [status, body.code])).toEqual(Array(3).fill([409, 'draft-exists']));
  });

  test('that cannot be filled in is refused, each fault by its field', async () => {
    const id = await create('email');
    const path = `/api/v1/message-templates/${id}/versions`;
    const wrong = { ...source('{{nothing}}'), defaultLocale: 'fa' };
    const answer = await send<Schema<'Problem'>>('POST', path, wrong);
    expect([answer.status, answer.body.code, answer.body.errors?.map(({ pointer }) => pointer)]).toEqual([
      409,
      'template-invalid',
      ['/defaultLocale', '/contents/0/subject', '/contents/0/text'],
    ]);
  });
});

describe('a template', () => {
  test('has a key of its own', async () => {
    const body = { key: 'taken.key', channel: 'sms', category: 'rewards', description: '' };
    const answers = await Promise.all(
      [1, 2, 3].map(() => send<Schema<'Problem'>>('POST', '/api/v1/message-templates', body)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('template-key-taken');
  });

  test('that was published is archived, not deleted, and then sent no more', async () => {
    const id = await create();
    await publish(id, await draft(id, 'One.'));
    const path = `/api/v1/message-templates/${id}`;
    const refused = await send<Schema<'Problem'>>('DELETE', path, undefined, any);
    expect([refused.status, refused.body.code]).toEqual([409, 'template-in-use']);
    const headers = { ...any, 'content-type': 'application/merge-patch+json' };
    expect((await send<Schema<'Template'>>('PATCH', path, { archived: true }, headers)).body.archived).toBe(true);
    expect(await find(id)).toBeUndefined();
  });
});

describe('a preview', () => {
  const preview = (versionId: string, body: object = {}) =>
    send<Schema<'TemplatePreview'> & Schema<'Problem'>>('POST', `/api/v1/template-versions/${versionId}/preview`, body);

  test('shows samples, encoding, parts and the character that forced UCS-2', async () => {
    const id = await create();
    const version = await draft(id, `${'x'.repeat(66)}{{coins}} ‘gift’`);
    const { body } = await preview(version);
    expect(body).toMatchObject({
      text: `${'x'.repeat(66)}500 ‘gift’`,
      html: null,
      sms: {
        encoding: 'ucs2',
        units: 76,
        parts: [`${'x'.repeat(66)}5`, '00 ‘gift’'],
        forcedBy: { character: '‘', codePoint: 'U+2018', position: 70 },
        providers: [{ provider: 'sandbox', parts: 2, tooLong: false, costs: [] }],
      },
    });
    const given = await preview(version, { variables: [{ name: 'coins', type: 'integer', value: 7 }] });
    expect(given.body.text).toBe(`${'x'.repeat(66)}7 ‘gift’`);
  });

  test('names wrong values and unknown time zones', async () => {
    const version = await draft(await create(), 'Hello {{coins}}.');
    const wrong = await preview(version, { variables: [{ name: 'coins', type: 'string', value: '7' }] });
    expect([wrong.status, wrong.body.code, wrong.body.errors]).toEqual([
      409,
      'template-values-invalid',
      [{ pointer: '/variables/0/type', detail: 'coins is of type integer' }],
    ]);
    expect((await preview(version, { timeZone: 'Mars/Olympus' })).body.code).toBe('time-zone-unknown');
  });
});
