import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { statement } from '../../../database/transaction.ts';
import { newId } from '../../../shared/id.ts';
import { createNotificationScene } from '../notifications.fixture.ts';
import type { NotificationScene } from '../notifications.fixture.ts';
import { queueTemplatedSms, requireSmsTemplate } from './queue-templated-sms.ts';
import type { SmsTemplate } from './queue-templated-sms.ts';

const insertTemplate = statement(
  'test.insert_template',
  `insert into notifications.templates (id, key, channel, category, description, created_at, updated_at)
   values ($1, $2, $3, 'rewards', '', now(), now())`,
);
const insertVersion = statement(
  'test.insert_version',
  `insert into notifications.template_versions
     (id, template_id, number, default_locale, variables, contents, published_at, created_at)
   values ($1, $2, 1, 'en', $3::jsonb, $4::jsonb, now(), now())`,
);
const archive = statement('test.archive', 'update notifications.templates set archived = true where key = $1');
const tellLocale = statement(
  'test.tell_locale',
  `insert into notifications.preferences (user_id, locale, switched_off, updated_at) values ($1, $2, '{}', now())`,
);
const readTexts = statement<{ address: string; body: string; category: string; class: string; templated: boolean }>(
  'test.read_texts',
  `select address, body, category, class, template_version_id is not null as templated from notifications.messages
   order by address`,
);

let scene: NotificationScene;
beforeAll(async () => {
  scene = await createNotificationScene();
});
afterAll(() => scene.close());

const values: SmsTemplate['values'] = [
  { name: 'coins', type: 'integer', value: 1500 },
  { name: 'campaign', type: 'string', value: 'Nowruz gift' },
];
const coins = { name: 'coins', type: 'integer', sample: 5 };
const campaign = { name: 'campaign', type: 'string', sample: 'Nowruz gift' };
let templates = 0;

/** A published version. */
async function publish(contents: object[], variables: object[] = [], channel = 'sms'): Promise<SmsTemplate> {
  const [id, key] = [newId(), `bonus.n${(templates += 1)}`];
  await scene.test.owner.query(insertTemplate, [id, key, channel]);
  await scene.test.owner.query(insertVersion, [newId(), id, JSON.stringify(variables), JSON.stringify(contents)]);
  return { key, version: 1, values };
}

describe('a version that is sent to many', () => {
  it('is said to each in their language, once, also after its template was archived', async () => {
    const contents = [
      { locale: 'en', text: '{{coins}} coins from {{campaign}}.' },
      { locale: 'fa', text: '{{coins}} سکه از {{campaign}}.' },
    ];
    const template = await publish(contents, [coins, campaign]);
    await requireSmsTemplate(scene.database, template);
    const people = [newId(), newId(), newId()];
    await scene.test.owner.query(tellLocale, [people[0], 'en-GB']);
    await scene.test.owner.query(archive, [template.key]);
    const recipients = people.map((userId, n) => ({ dedupeKey: `bonus:${n}`, userId, phone: `+98912000000${n}` }));
    const queue = () => scene.database.transaction((tx) => queueTemplatedSms({ ...scene, tx }, template, recipients));
    expect([await queue(), await queue()]).toEqual([3, 0]);
    const told = { category: 'rewards', class: 'transactional', templated: true };
    // Numbers of Iran tell their language.
    expect(await scene.test.owner.query(readTexts)).toEqual([
      { ...told, address: '+989120000000', body: '1,500 coins from Nowruz gift.' },
      { ...told, address: '+989120000001', body: '۱٬۵۰۰ سکه از Nowruz gift.' },
      { ...told, address: '+989120000002', body: '۱٬۵۰۰ سکه از Nowruz gift.' },
    ]);
  });

  it.each<[string, object[], object[], string]>([
    ['a variable that nobody fills', [{ locale: 'en', text: '{{name}}' }], [{ ...campaign, name: 'name' }], 'values'],
    ['a variable of another type', [{ locale: 'en', text: '{{coins}}' }], [{ ...campaign, name: 'coins' }], 'values'],
    [
      'too long a text in one language',
      [
        { locale: 'en', text: 'x' },
        { locale: 'fa', text: 'x'.repeat(901) },
      ],
      [],
      'long',
    ],
  ])('is refused beforehand with %s', async (_what, contents, variables, why) => {
    const template = await publish(contents, variables);
    const code = why === 'long' ? 'message-too-long' : 'template-values-invalid';
    await expect(requireSmsTemplate(scene.database, template)).rejects.toMatchObject({ code });
  });

  it('is refused when it is not there, or for e-mail', async () => {
    const mail = await publish([{ locale: 'en', text: 'x', subject: 'x' }], [], 'email');
    for (const template of [mail, { ...mail, version: 2 }, { ...mail, key: 'no.such' }]) {
      await expect(requireSmsTemplate(scene.database, template)).rejects.toMatchObject({
        code: 'template-not-published',
      });
    }
  });
});
