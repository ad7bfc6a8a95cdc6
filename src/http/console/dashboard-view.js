import { call } from './api.js';
import { timeChart } from './chart.js';
import { choice, element, moment, number, words } from './elements.js';

const DAY = 86_400_000;
const granularities = { 1: 'hour', 7: 'hour', 30: 'day', 90: 'day' };
const chosen = { days: '7', metric: 'coins-granted' };

/** Figures of the last days beside the days before, one of them over time, and what there is by now. */
export function dashboardView(view, { signal, fail }) {
  const cards = element('ul', { class: 'cards', id: 'figures' });
  const chart = element('div', { id: 'chart' });
  const live = element('p', { class: 'quiet', id: 'live' });
  const metric = element('div', {});
  view.append(
    element('h2', {}, 'Dashboard'),
    element(
      'div',
      { class: 'controls' },
      choice(
        'Range',
        [
          ['1', 'one day'],
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
      metric,
    ),
    live,
    chart,
    cards,
  );

  async function load() {
    const to = new Date();
    const from = new Date(to.getTime() - (Number(chosen.days) - 1) * DAY);
    const range = `from=${from.toISOString()}&to=${to.toISOString()}`;
    try {
      const [overview, series] = await Promise.all([
        call('GET', `/api/v1/analytics/overview?${range}`, { signal }),
        call(
          'GET',
          `/api/v1/analytics/time-series?metric=${chosen.metric}&granularity=${granularities[chosen.days]}&${range}`,
          { signal },
        ),
      ]);
      cards.replaceChildren(...overview.figures.map(card));
      metric.replaceChildren(
        choice(
          'Chart of',
          overview.figures.map((figure) => [figure.metric, words(figure.metric)]),
          chosen.metric,
          (name) => {
            chosen.metric = name;
            load();
          },
        ),
      );
      chart.replaceChildren(timeChart(words(series.metric), series.points));
    } catch (error) {
      fail(error);
    }
  }

  async function count() {
    try {
      const { asOf, counters, source } = await call('GET', '/api/v1/analytics/live-counters', { signal });
      const value = (name) => number(counters.find((counter) => counter.metric === name)?.value ?? 0);
      live.textContent =
        `By now ${value('messages-created')} messages, ${value('messages-delivered')} of them delivered, and ` +
        `${value('coins-granted')} coins granted. Complete up to ${moment(asOf)}, from the ${source}.`;
    } catch (error) {
      fail(error);
    }
  }

  const timer = setInterval(count, 5_000);
  signal.addEventListener('abort', () => clearInterval(timer));
  return Promise.all([load(), count()]);
}

function card({ metric, value, previous }) {
  const change = value - previous;
  const direction = change > 0 ? 'up' : change < 0 ? 'down' : '';
  return element(
    'li',
    { 'data-metric': metric },
    element('span', { class: 'quiet' }, words(metric)),
    element('span', { class: 'figure' }, number(value)),
    element(
      'span',
      { class: `quiet ${direction}` },
      `${change >= 0 ? '+' : '−'}${number(Math.abs(change))} to the days before`,
    ),
  );
}
