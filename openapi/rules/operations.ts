import { rateLimitClasses } from '../../src/contract/route.ts';
import { documentRule, operationRule } from './rule.ts';
import type { View } from './view.ts';

// The closed list of verbs: one word for one thing, from the wire to the file name.
const verbs =
  'create get list update delete start play claim credit send record verify request place cancel reserve release capture ' +
  'refund evaluate complete renew settle publish import export pause resume redrive follow ' +
  'restore confirm void';

/** operationId is also the name of the use case, its file and its span. */
export const operationNames = operationRule(({ id }, report) => {
  const verb = /^[a-z]+/.exec(id)?.[0] ?? '';
  if (!/^[a-z]+[A-Z][A-Za-z0-9]*$/.test(id))
    report(`operationId ${id} is a verb and a noun in camelCase.`, ['operationId']);
  else if (!verbs.split(' ').includes(verb)) report(`operationId ${id} begins with one of: ${verbs}.`, ['operationId']);
});

/** What is not said is not enforced: who may call, and how often. */
export const explicitAccess = operationRule(({ operation }, report) => {
  const { security, 'x-rate-limit': rateLimit } = operation;
  if (security === undefined) report('security is missing; write [] for an operation that anyone may call.');
  else if (security.length > 0) {
    const [bearer, client, ...more] = security;
    const same = client === undefined || client['oauth2']?.join() === bearer?.['bearerAuth']?.join();
    if (bearer?.['bearerAuth'] === undefined || !same || more.length > 0) {
      report('security is [], bearerAuth, or bearerAuth and oauth2 with the same scopes.', ['security']);
    }
  }
  if (!rateLimitClasses.some((known) => known === rateLimit)) {
    report(`x-rate-limit is one of ${rateLimitClasses.join(', ')}.`);
  }
});

/** A scope that is not declared cannot be granted; one that is not used guards nothing. */
export const scopesDeclaredAndUsed = documentRule(({ views, securitySchemes, report, reportAt }) => {
  const declared = new Set(Object.keys(securitySchemes['bearerAuth']?.['x-scopes'] ?? {}));
  const widening = ({ operation }: View): readonly string[] => operation['x-widening-scopes'] ?? [];
  const used = new Set(views.flatMap((view) => [...scopesOf(view), ...widening(view)]));
  for (const view of views) {
    for (const scope of [...scopesOf(view), ...widening(view)].filter((name) => !declared.has(name))) {
      reportAt(view, `The scope ${scope} is not declared by bearerAuth.`, ['security']);
    }
  }
  for (const scope of declared) {
    if (!used.has(scope)) report(`The scope ${scope} is declared and used by no operation.`);
  }
  const flows = securitySchemes['oauth2']?.['flows'] as { clientCredentials?: { scopes?: object } } | undefined;
  const grantable = Object.keys(flows?.clientCredentials?.scopes ?? {}).sort();
  const offered = new Set(
    views.flatMap(({ operation }) => operation.security?.flatMap((one) => one['oauth2'] ?? []) ?? []),
  );
  if (grantable.join() !== [...offered].sort().join()) {
    report(
      `The scopes of oauth2 are those of the operations that clients may call: ${[...offered].sort().join(', ')}.`,
    );
  }
});

function scopesOf({ operation }: View): string[] {
  return (operation.security ?? []).flatMap((requirement) => requirement['bearerAuth'] ?? []);
}

/** Repeating a write must be safe, or the document says why it cannot be offered. */
export const idempotencyKey = operationRule((view, report) => {
  const { method, operation } = view;
  const parameter = view.parameter('header', 'Idempotency-Key');
  const reason = operation['x-no-idempotency-key'];
  if (parameter !== undefined && parameter.required === true) report('Idempotency-Key is optional everywhere.');
  if (parameter !== undefined && reason !== undefined) report('Idempotency-Key is both declared and declined.');
  if (parameter !== undefined && (method === 'get' || operation.security?.length === 0)) {
    report('Idempotency-Key belongs to writes of a known caller: answers are stored per principal.');
  }
  if ((method === 'post' || method === 'patch') && parameter === undefined && (reason ?? '').trim() === '') {
    report('POST and PATCH take Idempotency-Key, or state x-no-idempotency-key with the reason.');
  }
});

/** The list of refusals is part of the contract and closed. */
export const problemCodes = operationRule(({ operation }, report) => {
  const codes = operation['x-problems'] ?? [];
  for (const code of codes) {
    if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(code)) report(`The problem code ${code} is not kebab-case.`, ['x-problems']);
  }
  if (new Set(codes).size !== codes.length) report('A problem code stands twice.', ['x-problems']);
});

/** Callers of a deprecated operation must learn when it ends and what replaces it. */
export const deprecation = operationRule(({ operation, responses }, report) => {
  const date = /^\d{4}-\d{2}-\d{2}$/;
  const {
    deprecated,
    'x-deprecated-since': since = '',
    'x-sunset': sunset = '',
    'x-deprecation-link': link,
  } = operation;
  if (deprecated !== true) {
    if (sunset !== '') report('x-sunset without deprecated: true.', ['x-sunset']);
    return;
  }
  if (!date.test(since) || !date.test(sunset) || sunset < since || link === undefined) {
    report('A deprecated operation states x-deprecated-since and a later x-sunset (dates), and x-deprecation-link.');
  }
  for (const [status, { headers }] of responses) {
    if (!status.startsWith('2')) continue;
    for (const name of ['Deprecation', 'Sunset', 'Link']) {
      if (!headers.has(name))
        report(`The ${status} of a deprecated operation declares ${name}.`, ['responses', status]);
    }
  }
});

/** What the audit log says of an operation is written in words that can be searched for. */
export const auditForm = operationRule(({ method, operation }, report) => {
  const audit = operation['x-audit'];
  if (audit === undefined) return;
  if (method === 'get') report('A reading operation has no effect to audit.', ['x-audit']);
  for (const [what, word] of [
    ['action', audit.action],
    ['resource', audit.resource],
  ] as const) {
    if (!/^[a-z]+(-[a-z]+)*$/.test(word) || word.length > 60)
      report(`x-audit states its ${what} in kebab-case.`, ['x-audit']);
  }
});
