// Runs in the browser: who is logged in, which view is open.
import { completeLogIn, logIn, logOut, whenLoggedOut } from './api.js';
import { dashboardView } from './dashboard-view.js';
import { deadLettersView } from './dead-letters-view.js';
import { announce, element } from './elements.js';
import { importsView } from './imports-view.js';
import { messagesView } from './messages-view.js';

const views = {
  dashboard: dashboardView,
  imports: importsView,
  messages: messagesView,
  'dead-letters': deadLettersView,
};

const form = document.getElementById('log-in');
const view = document.getElementById('view');
const nav = document.querySelector('nav');
const leave = document.getElementById('log-out');
let open = new AbortController();
let challenge = null;

function show() {
  open.abort();
  open = new AbortController();
  const { signal } = open;
  const name = Object.hasOwn(views, location.hash.slice(1)) ? location.hash.slice(1) : 'dashboard';
  for (const link of nav.querySelectorAll('a')) {
    if (link.hash === `#${name}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  announce('');
  view.replaceChildren();
  const fail = (error) => {
    if (signal.aborted) return;
    const text = error.code === 'insufficient-scope' ? 'This account may not see this.' : error.message;
    view.querySelector('.failure')?.remove();
    view.append(element('p', { class: 'failure', role: 'alert' }, text));
  };
  Promise.resolve(views[name](view, { signal, fail })).catch(fail);
}

function showForm() {
  open.abort();
  challenge = null;
  form.reset();
  form.code.parentElement.hidden = true;
  form.hidden = false;
  view.hidden = nav.hidden = leave.hidden = true;
  view.replaceChildren();
  form.email.focus();
}

function enter() {
  form.hidden = true;
  view.hidden = nav.hidden = leave.hidden = false;
  form.reset();
  show();
  document.getElementById('main').focus();
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const alert = form.querySelector('[role=alert]');
  alert.textContent = '';
  try {
    if (challenge === null) challenge = await logIn(form.email.value, form.password.value);
    else {
      await completeLogIn(challenge, form.code.value);
      challenge = null;
    }
    if (challenge === null) enter();
    else {
      form.code.parentElement.hidden = false;
      form.code.focus();
    }
  } catch (error) {
    challenge = null;
    form.code.parentElement.hidden = true;
    alert.textContent = `Not logged in: ${error.message}`;
  }
});

leave.addEventListener('click', async () => {
  await logOut().catch(() => undefined);
  showForm();
});

window.addEventListener('hashchange', () => {
  if (form.hidden) show();
});

whenLoggedOut(() => {
  showForm();
  form.querySelector('[role=alert]').textContent = 'The session has ended.';
});
