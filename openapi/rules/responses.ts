import { documentRule, operationRule, pathRule } from './rule.ts';
import type { View } from './view.ts';

/** Each status an operation can give is declared exactly; none that it cannot. */
export const statuses = operationRule((view, report) => {
  const { responses } = view;
  for (const status of responses.keys()) {
    if (!/^[1-5]\d\d$/.test(status)) report(`${status} is no exact status.`, ['responses', status]);
  }
  if (![...responses.keys()].some((status) => /^[23]/.test(status))) report('No success is declared.');
  for (const [status, why] of demanded(view)) {
    if (!responses.has(status)) report(`${status} is not declared: ${why}.`, ['responses']);
  }
  for (const [status, why] of impossible(view)) {
    if (responses.has(status)) report(`${status} is declared, but ${why}.`, ['responses', status]);
  }
});

function demanded(view: View): [string, string][] {
  const { operation, path, body } = view;
  const secured = (operation.security ?? []).length > 0;
  const scoped = (operation.security ?? []).some((requirement) => (requirement['bearerAuth'] ?? []).length > 0);
  const key = view.parameter('header', 'Idempotency-Key') !== undefined;
  const ifMatch = view.parameter('header', 'If-Match');
  const rules: [boolean, string, string][] = [
    [true, '400', 'unknown query parameters are refused everywhere'],
    [secured, '401', 'it demands credentials'],
    [scoped, '403', 'it demands scopes'],
    [path.includes('{'), '404', 'its path names a thing'],
    [key, '409', 'another request with the same key may be running'],
    [ifMatch !== undefined, '412', 'If-Match may be stale'],
    [body !== undefined, '413', 'it takes a body'],
    [body !== undefined, '415', 'it takes a body'],
    [key, '422', 'the key may have been used otherwise'],
    [ifMatch?.required === true, '428', 'If-Match may be missing'],
    [operation['x-rate-limit'] !== 'internal', '429', 'it is limited'],
    [true, '500', 'anything can fail'],
    [true, '503', 'anything can be away'],
    [view.parameter('header', 'If-None-Match') !== undefined, '304', 'it takes If-None-Match'],
  ];
  return rules.flatMap(([applies, status, why]) => (applies ? [[status, why] satisfies [string, string]] : []));
}

function impossible(view: View): [string, string][] {
  const rules: [boolean, string, string][] = [
    [view.parameter('header', 'If-None-Match') === undefined, '304', 'there is no If-None-Match'],
    [view.parameter('header', 'If-Match') === undefined, '412', 'there is no If-Match'],
    [view.parameter('header', 'If-Match')?.required !== true, '428', 'no If-Match is required'],
    [view.parameter('header', 'Idempotency-Key') === undefined, '422', '422 is only for reused idempotency keys'],
    [view.body === undefined, '413', 'it takes no body'],
    [view.body === undefined, '415', 'it takes no body'],
    [view.operation['x-rate-limit'] === 'internal', '429', 'the class internal is not limited'],
    [true, '405', '405 is never documented: it is generated for every path'],
  ];
  return rules.flatMap(([applies, status, why]) => (applies ? [[status, why] satisfies [string, string]] : []));
}

/** One form for every refusal. */
export const problemResponses = operationRule(({ responses }, report) => {
  for (const [status, { content }] of responses) {
    if (!/^[45]/.test(status)) continue;
    const problem = content.get('application/problem+json');
    if (content.size !== 1 || problem?.schema?.name !== 'Problem') {
      report(`The ${status} is application/problem+json with the schema Problem, and nothing else.`, [
        'responses',
        status,
      ]);
    }
  }
});

/** What the platform sends with every answer is part of the contract. */
export const platformHeaders = operationRule((view, report) => {
  const { operation, responses } = view;
  const limited = operation['x-rate-limit'] !== 'internal';
  const key = view.parameter('header', 'Idempotency-Key') !== undefined;
  for (const [status, { headers, shared }] of responses) {
    const expected = ['X-Request-Id'];
    if (limited && !shared) expected.push('RateLimit', 'RateLimit-Policy');
    if (key && status.startsWith('2')) expected.push('Idempotent-Replayed');
    for (const name of expected.filter((header) => !headers.has(header))) {
      report(`The ${status} does not declare ${name}.`, ['responses', status]);
    }
    if (status === '401' && !headers.has('WWW-Authenticate')) {
      report('The 401 does not declare WWW-Authenticate.', ['responses', status]);
    }
    if ((status === '429' || status === '503') && !headers.has('Retry-After')) {
      report(`The ${status} does not declare Retry-After.`, ['responses', status]);
    }
  }
});

/** A creator tells where its creation is and what can be done with it. */
export const createdResponses = documentRule(({ views, reportAt }) => {
  const byId = new Map(views.map((view) => [view.id, view]));
  for (const view of views) {
    const created = view.responses.get('201');
    if (created !== undefined) {
      const at = ['responses', '201'];
      if (!created.headers.has('Location')) reportAt(view, 'The 201 needs Location.', at);
      if (created.links.length === 0) reportAt(view, 'The 201 needs links to what can be done next.', at);
      const targets = created.links.flatMap(({ operationId }) => byId.get(operationId ?? '') ?? []);
      const versioned = targets.some(
        (target) => target.parameter('header', 'If-Match') !== undefined || isVersioned(target),
      );
      if (versioned && !created.headers.has('ETag')) reportAt(view, 'The 201 needs ETag.', at);
    }
    if (view.responses.get('202')?.headers.has('Location') === false) {
      reportAt(view, 'The 202 needs Location, where the work can be followed.', ['responses', '202']);
    }
    for (const status of ['204', '304']) {
      if ((view.responses.get(status)?.content.size ?? 0) > 0) {
        reportAt(view, `The ${status} has no content.`, ['responses', status]);
      }
    }
  }
});

/** A link to nothing is found by the client, too late. */
export const linkTargets = documentRule(({ views, reportAt }) => {
  const known = new Set(views.map(({ id }) => id));
  for (const view of views) {
    for (const [status, { links }] of view.responses) {
      for (const { operationId } of links) {
        if (operationId === undefined || !known.has(operationId)) {
          reportAt(view, `A link leads to the unknown operation ${operationId ?? '(none)'}.`, ['responses', status]);
        }
      }
    }
  }
});

/** What carries a version is changed only by those who have seen it. */
export const versions = pathRule((views, report) => {
  const read = views.find(({ method }) => method === 'get');
  if (read === undefined) return;
  const versioned = isVersioned(read);
  if (versioned !== (read.parameter('header', 'If-None-Match') !== undefined)) {
    report(read, 'ETag on the 200 and If-None-Match belong together.');
  }
  for (const view of views) {
    const changes = view.method === 'put' || view.method === 'patch' || view.method === 'delete';
    if (versioned && changes && view.parameter('header', 'If-Match') === undefined) {
      report(view, `${view.method.toUpperCase()} of a versioned resource takes If-Match.`);
    }
  }
});

function isVersioned(view: View): boolean {
  return view.responses.get('200')?.headers.has('ETag') ?? false;
}

/** A body that streams out says what it is called, unless it is an event stream. */
export const downloads = operationRule(({ operation, responses }, report) => {
  if (operation['x-streaming'] !== 'response') return;
  for (const [status, { content, headers }] of responses) {
    if (!status.startsWith('2')) continue;
    const eventStream = content.has('text/event-stream');
    if (!eventStream && !headers.has('Content-Disposition'))
      report(`The ${status} needs Content-Disposition.`, ['responses', status]);
  }
});
