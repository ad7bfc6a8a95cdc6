import { call, events } from './api.js';
import { announce, choice, element, moment, number } from './elements.js';

/** Imports of a campaign, the newest first; those that are not settled move as they are credited. */
export async function importsView(view, { signal, fail }) {
  const list = element('div', { id: 'imports' });
  const chooser = element('div', { class: 'controls' });
  view.append(element('h2', {}, 'Imports'), chooser, list);
  let following = new AbortController();
  signal.addEventListener('abort', () => following.abort());

  async function show(campaignId) {
    following.abort();
    following = new AbortController();
    const { items } = await call('GET', `/api/v1/bonus-campaigns/${campaignId}/imports?limit=10`, { signal });
    if (items.length === 0) list.replaceChildren(element('p', {}, 'Nothing was uploaded to this campaign yet.'));
    else list.replaceChildren(...items.map((item) => follow(item, following.signal, fail)));
  }

  const { items: campaigns } = await call('GET', '/api/v1/bonus-campaigns?limit=50', { signal });
  if (campaigns.length === 0) {
    chooser.append(element('p', {}, 'There is no campaign yet.'));
    return;
  }
  const options = campaigns.map(({ id, name }) => [id, name]);
  const refresh = element('button', { type: 'button', onclick: () => show(chosen).catch(fail) }, 'Look again');
  let chosen = campaigns[0].id;
  chooser.append(
    choice('Campaign', options, chosen, (id) => {
      chosen = id;
      show(id).catch(fail);
    }),
    refresh,
  );
  await show(chosen);
}

/** One import that keeps itself current until it is settled. */
function follow(first, signal, fail) {
  const card = element('article', { 'data-import': first.id });
  render(card, first);
  void (async () => {
    try {
      for await (const { event, data } of events(`/api/v1/bonus-imports/${first.id}/events`, signal)) {
        render(card, data);
        card.dataset.event = event;
        if (event === 'finished' && first.status !== 'finished')
          announce(`The import of ${moment(data.createdAt)} is finished.`);
      }
    } catch (error) {
      if (!signal.aborted) fail(error);
    }
  })();
  return card;
}

function render(card, { createdAt, status, lines, progressPercent, counts, messages }) {
  card.dataset.status = status;
  card.replaceChildren(
    element('h3', {}, `${moment(createdAt)}, ${number(lines)} lines`),
    element(
      'label',
      {},
      `${status}, ${progressPercent} %`,
      element('progress', { max: 100, value: progressPercent }, `${progressPercent} %`),
    ),
    element(
      'dl',
      {},
      Object.entries(counts).flatMap(pair),
      element('dt', {}, 'messages'),
      element('dd', {}, told(messages)),
    ),
  );
}

function pair([name, value]) {
  return [element('dt', {}, name), element('dd', {}, number(value))];
}

function told(messages) {
  return Object.entries(messages)
    .filter(([, value]) => value > 0)
    .map(([state, value]) => `${number(value)} ${state}`)
    .join(', ');
}
