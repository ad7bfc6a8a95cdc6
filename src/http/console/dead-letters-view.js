import { call } from './api.js';
import { announce, element, moment } from './elements.js';

/** Work that failed for good and waits for somebody, with running it again. */
export async function deadLettersView(view, { signal, fail }) {
  const list = element('div', { id: 'dead-letters' });
  const more = element('button', { type: 'button', hidden: true, onclick: () => load().catch(fail) }, 'Show more');
  view.append(element('h2', {}, 'Dead letters'), list, more);
  let cursor = null;

  async function load() {
    const after = cursor === null ? '' : `&cursor=${cursor}`;
    const page = await call('GET', `/api/v1/dead-letters?open=true&limit=20${after}`, { signal });
    cursor = page.nextCursor;
    more.hidden = cursor === null;
    list.append(...page.items.map(letter));
    if (list.childElementCount === 0) list.append(element('p', {}, 'Nothing has failed for good.'));
  }

  function letter({ id, task, ref, reason, attempts, lastFailedAt, payload }) {
    const button = element('button', { type: 'button', onclick: () => redrive() }, 'Run again');
    const outcome = element('p', { class: 'quiet' });
    const card = element(
      'article',
      { 'data-letter': id, tabindex: '-1' },
      element('h3', {}, task),
      element(
        'dl',
        {},
        ...[
          ['about', ref],
          ['reason', reason],
          ['attempts', String(attempts)],
          ['last', moment(lastFailedAt)],
        ].flatMap(([name, text]) => [element('dt', {}, name), element('dd', {}, text)]),
      ),
      element('details', {}, element('summary', {}, 'Payload'), element('code', {}, payload)),
      button,
      outcome,
    );

    async function redrive() {
      button.disabled = true;
      try {
        await call('POST', `/api/v1/dead-letters/${id}/redrive`, { signal });
        card.dataset.state = 'redriven';
        outcome.textContent = 'Runs again.';
        announce(`${task} runs again.`);
        button.remove();
        // Whoever pressed the button with a key is not sent back to the top of the page.
        card.focus();
      } catch (error) {
        button.disabled = false;
        outcome.textContent = error.message;
        announce(error.message);
      }
    }
    return card;
  }

  await load();
}
