// The counter of the sandbox provider. The charge's id stands behind the #, which browsers send to nobody.

const words = {
  processing: 'It is being paid.',
  authorised: 'Paid: the money is held.',
  captured: 'Paid.',
  declined: 'Declined.',
  voided: 'Taken back: it cannot be paid any more.',
};

const id = location.hash.slice(1);
const part = (name) => document.getElementById(name);
const tell = (text) => {
  part('status').textContent = text;
};

async function call(method, path, body) {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  return { ok: answer.ok, status: answer.status, body: await answer.json() };
}

function show({ amount: { currency }, amountText, description, state }) {
  part('amount').textContent = `${amountText} ${currency}`;
  part('description').textContent = description;
  part('charge').hidden = state !== 'open';
  tell(state === 'open' ? 'Waiting for you.' : (words[state] ?? state));
}

async function look() {
  if (!/^sbx_[0-9a-f]{32}$/.test(id)) return tell('There is no such payment.');
  const { ok, body } = await call('GET', `/api/v1/sandbox/charges/${id}`);
  if (ok) show(body);
  else tell('There is no such payment.');
}

async function decide(decision) {
  const { ok, status, body } = await call('POST', `/api/v1/sandbox/charges/${id}/decision`, { decision });
  if (ok) show(body);
  else if (status === 409) await look();
  else tell(body.title);
}

const unreachable = () => tell('The sandbox cannot be reached. Try again.');

for (const button of document.querySelectorAll('[data-decision]')) {
  button.addEventListener('click', () => void decide(button.dataset.decision).catch(unreachable));
}
await look().catch(unreachable);
