// The public API, as any client calls it. Tokens stay in this page's memory: closing it forgets them.

let tokens = null;
let renewing = null;
let onLoggedOut = () => undefined;

/** A refusal, with the code that programs decide by. */
export class Refused extends Error {
  constructor({ code, detail, title, status }) {
    super(detail ?? title);
    this.code = code;
    this.status = status;
  }
}

/** Called when the session has ended and cannot be renewed. */
export function whenLoggedOut(listener) {
  onLoggedOut = listener;
}

/** @returns null when logged in, or the challenge that a code of the authenticator app answers */
export async function logIn(email, password) {
  const answer = await send('POST', '/api/v1/auth/login', { body: { email, password } });
  const body = await read(answer);
  if (answer.status === 202) return body.challenge;
  tokens = body;
  return null;
}

export async function completeLogIn(challenge, code) {
  tokens = await read(await send('POST', '/api/v1/auth/login/second-factor', { body: { challenge, code } }));
}

export async function logOut() {
  try {
    await call('POST', '/api/v1/auth/logout');
  } finally {
    tokens = null;
  }
}

/** Calls an operation; an expired token is renewed once. @throws Refused */
export async function call(method, path, options = {}) {
  return read(await authorized(method, path, options));
}

/** The events of a stream as they come: `{ event, data }`. */
export async function* events(path, signal) {
  const answer = await authorized('GET', path, { signal, accept: 'text/event-stream' });
  if (!answer.ok) await read(answer);
  let rest = '';
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const field = (name) => block.match(new RegExp(`^${name}: ?(.*)$`, 'm'))?.[1];
      const data = field('data');
      if (data !== undefined) yield { event: field('event') ?? 'message', data: JSON.parse(data) };
    }
  }
}

async function authorized(method, path, options) {
  const first = await send(method, path, options);
  if (first.status !== 401 || tokens === null) return first;
  await renew();
  return send(method, path, options);
}

/** Many calls may find the token expired at once; a refresh token works once. */
async function renew() {
  renewing ??= send('POST', '/api/v1/auth/refresh', { body: { refreshToken: tokens.refreshToken }, anonymous: true })
    .then(read)
    .then((renewed) => {
      tokens = renewed;
    })
    .catch((error) => {
      tokens = null;
      onLoggedOut();
      throw error;
    })
    .finally(() => {
      renewing = null;
    });
  await renewing;
}

function send(method, path, { body, signal, accept = 'application/json', anonymous = false } = {}) {
  const headers = { Accept: `${accept}, application/problem+json` };
  if (tokens !== null && !anonymous) headers.Authorization = `Bearer ${tokens.token}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  return fetch(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
}

async function read(answer) {
  if (answer.status === 204) return null;
  const body = await answer.json();
  if (!answer.ok) throw new Refused(body);
  return body;
}
