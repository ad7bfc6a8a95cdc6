/* global SwaggerUIBundle, SwaggerUIStandalonePreset */
// Runs in the browser: starts Swagger UI and hands it the token of whoever logs in with the form.
const form = document.getElementById('log-in');
const status = form.querySelector('output');

const ready = new Promise((resolve) => {
  const ui = SwaggerUIBundle({
    dom_id: '#swagger-ui',
    urls: JSON.parse(form.dataset.documents),
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    layout: 'StandaloneLayout',
    deepLinking: true,
    displayOperationId: true,
    displayRequestDuration: true,
    docExpansion: 'list',
    filter: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    onComplete: () => resolve(ui),
  });
});

/** The same operation as any client's log-in; the token stays in this page's memory. */
async function logIn(email, password) {
  const response = await fetch('/api/v1/auth/login', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail ?? answer.title);
  return answer;
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { email, password } = Object.fromEntries(new FormData(form));
  form.dataset.state = 'busy';
  status.value = 'Logging in …';
  try {
    const { token } = await logIn(email, password);
    const ui = await ready;
    ui.preauthorizeApiKey('bearerAuth', token);
    form.dataset.state = 'done';
    status.value = `Authorized as ${email}. Every call below carries the token.`;
  } catch (error) {
    form.dataset.state = 'failed';
    status.value = `Not logged in: ${error.message}`;
  }
});
