import { call } from './api.js';
import { stage } from './chart.js';
import { choice, element, moment } from './elements.js';

const DAY = 86_400_000;
const chosen = { days: '7', class: '' };
const stages = [
  'taken',
  'delivered',
  'awaited',
  'undelivered',
  'expired',
  'unknown',
  'suppressed',
  'cancelled',
  'dead',
  'waiting',
];

/** Where the messages of the last days stand, by channel. */
export function messagesView(view, { signal, fail }) {
  const funnels = element('div', { id: 'funnels' });
  view.append(
    element('h2', {}, 'Messages'),
    element(
      'div',
      { class: 'controls' },
      choice(
        'Range',
        [
          ['1', 'today'],
          ['7', '7 days'],
          ['30', '30 days'],
          ['90', '90 days'],
        ],
        chosen.days,
        (days) => {
          chosen.days = days;
          load();
        },
      ),
      choice(
        'Class',
        [
          ['', 'all'],
          ['otp', 'codes'],
          ['transactional', 'transactional'],
          ['marketing', 'marketing'],
        ],
        chosen.class,
        (value) => {
          chosen.class = value;
          load();
        },
      ),
    ),
    funnels,
  );

  async function load() {
    const to = new Date();
    const from = new Date(to.getTime() - (Number(chosen.days) - 1) * DAY);
    const range = `from=${from.toISOString()}&to=${to.toISOString()}${chosen.class === '' ? '' : `&class=${chosen.class}`}`;
    try {
      const funnel = await call('GET', `/api/v1/analytics/notification-funnel?${range}`, { signal });
      funnels.replaceChildren(
        ...['sms', 'email'].map((channel) => section(channel, funnel[channel])),
        element('p', { class: 'quiet' }, `Complete up to ${moment(funnel.asOf)}.`),
      );
    } catch (error) {
      fail(error);
    }
  }
  return load();
}

function section(channel, funnel) {
  return element(
    'article',
    { 'data-channel': channel },
    element('h3', {}, channel === 'sms' ? 'SMS' : 'E-mail'),
    stage('created', funnel.created, funnel.created),
    stages.map((name) => stage(name, funnel[name], funnel.created)),
  );
}
