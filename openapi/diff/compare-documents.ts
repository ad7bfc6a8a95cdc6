import { operationsOf, resolve } from '../../src/contract/generator/document.ts';
import type {
  Document,
  HeaderObject,
  MediaTypeObject,
  Operation,
  ParameterObject,
  RequestBodyObject,
  ResponseObject,
} from '../../src/contract/generator/document.ts';
import { defaultMaxBody } from '../../src/contract/generator/route-of.ts';
import type { BreakingChange, BreakKind } from './breaking-change.ts';
import { SchemaComparison } from './compare-schemas.ts';
import type { Direction, Documents } from './compare-schemas.ts';
import { schemeBreaks, securityBreaks } from './compare-security.ts';

type Report = (kind: BreakKind, text: string) => void;

/**
 * Every change that can break a caller of the older bundle.
 * @param today as 2026-11-21: an operation that was deprecated may go once its `x-sunset` has passed.
 */
export function compareDocuments(documents: Documents, today: string): BreakingChange[] {
  const changes: BreakingChange[] = [];
  const reporter =
    (operation: string): Report =>
    (kind, text) =>
      void changes.push({ operation, kind, text });
  const successors = new Map(operationsOf(documents.new).map((operation) => [nameOf(operation), operation]));
  for (const old of operationsOf(documents.old)) {
    const report = reporter(nameOf(old));
    const next = successors.get(nameOf(old));
    if (next !== undefined) compareOperations(documents, old, next, report);
    else if (!isPastSunset(old, today)) report('removed', `${old.object.operationId} is gone`);
  }
  for (const text of schemeBreaks(documents)) reporter('components')('security', text);
  compareWebhooks(documents, reporter);
  return changes;
}

function nameOf({ method, path }: Operation): string {
  return `${method.toUpperCase()} ${path}`;
}

function isPastSunset({ object }: Operation, today: string): boolean {
  const sunset = object['x-sunset'];
  return object.deprecated === true && sunset !== undefined && sunset <= today;
}

function compareOperations(documents: Documents, old: Operation, next: Operation, report: Report): void {
  const [before, after] = [old.object, next.object];
  if (before.operationId !== after.operationId) {
    report('naming', `the operationId ${before.operationId} became ${after.operationId}`);
  }
  for (const tag of before.tags.filter((name) => !after.tags.includes(name)))
    report('naming', `the tag ${tag} is gone`);
  for (const text of securityBreaks(before, after)) report('security', text);
  const [limit, newLimit] = [before['x-max-body'] ?? defaultMaxBody, after['x-max-body'] ?? defaultMaxBody];
  if (newLimit < limit) report('request', `x-max-body fell from ${limit} to ${newLimit}`);
  compareParameters(documents, old, next, report);
  compareRequestBodies(documents, old, next, report);
  compareResponses(documents, old, next, report);
}

function compareParameters(documents: Documents, old: Operation, next: Operation, report: Report): void {
  const keyOf = ({ in: place, name }: ParameterObject): string =>
    `${place} parameter \`${place === 'header' ? name.toLowerCase() : name}\``;
  const before = new Map(old.parameters.map((parameter) => [keyOf(parameter), parameter]));
  const after = new Map(next.parameters.map((parameter) => [keyOf(parameter), parameter]));
  for (const [key, parameter] of before) {
    const successor = after.get(key);
    if (successor === undefined) {
      report('request', `the ${key} is gone`);
      continue;
    }
    if (successor.required === true && parameter.required !== true) report('request', `the ${key} is required now`);
    if (parameter.style !== successor.style || parameter.explode !== successor.explode) {
      report('request', `the ${key} is written in another way (style, explode)`);
    }
    compareSchemas(documents, 'request', `the ${key}`, parameter, successor, report);
  }
  for (const [key, parameter] of after) {
    if (!before.has(key) && parameter.required === true) report('request', `the ${key} is new and required`);
  }
}

function compareRequestBodies(documents: Documents, old: Operation, next: Operation, report: Report): void {
  const before = bodyOf(documents.old, old);
  const after = bodyOf(documents.new, next);
  if (before === undefined) {
    if (after?.required === true) report('request', 'a body is required now');
    return;
  }
  if (after === undefined) {
    report('request', 'the body is gone');
    return;
  }
  if (after.required === true && before.required !== true) report('request', 'the body is required now');
  compareContents(documents, 'request', 'the body', [before.content, after.content], report);
}

function bodyOf(document: Document, { object }: Operation): RequestBodyObject | undefined {
  return object.requestBody === undefined ? undefined : resolve(document, 'requestBodies', object.requestBody);
}

function compareResponses(documents: Documents, old: Operation, next: Operation, report: Report): void {
  for (const [status, response] of Object.entries(old.object.responses)) {
    const successor = next.object.responses[status];
    if (successor === undefined) {
      report('response', `the answer ${status} is gone`);
      continue;
    }
    const before: ResponseObject = resolve(documents.old, 'responses', response);
    const after: ResponseObject = resolve(documents.new, 'responses', successor);
    compareContents(documents, 'response', `the answer ${status}`, [before.content ?? {}, after.content ?? {}], report);
    compareHeaders(documents, status, [before, after], report);
  }
}

function compareHeaders(
  documents: Documents,
  status: string,
  [before, after]: readonly [ResponseObject, ResponseObject],
  report: Report,
): void {
  const successors = new Map(Object.entries(after.headers ?? {}).map(([name, header]) => [name.toLowerCase(), header]));
  for (const [name, reference] of Object.entries(before.headers ?? {})) {
    const what = `the header \`${name}\` of the answer ${status}`;
    const successor = successors.get(name.toLowerCase());
    if (successor === undefined) {
      report('response', `${what} is gone`);
      continue;
    }
    const header: HeaderObject = resolve(documents.old, 'headers', reference);
    const next: HeaderObject = resolve(documents.new, 'headers', successor);
    if (header.required === true && next.required !== true) report('response', `${what} may be missing now`);
    compareSchemas(documents, 'response', what, header, next, report);
  }
}

type Content = Readonly<Record<string, MediaTypeObject>>;

function compareContents(
  documents: Documents,
  direction: Direction,
  what: string,
  [before, after]: readonly [Content, Content],
  report: Report,
): void {
  for (const [mediaType, content] of Object.entries(before)) {
    const successor = after[mediaType];
    if (successor === undefined) report(direction, `${what} is no longer \`${mediaType}\``);
    else compareSchemas(documents, direction, what, content, successor, report);
  }
}

function compareSchemas(
  documents: Documents,
  direction: Direction,
  what: string,
  before: Pick<MediaTypeObject, 'schema'>,
  after: Pick<MediaTypeObject, 'schema'>,
  report: Report,
): void {
  new SchemaComparison(documents, direction, (text) => report(direction, `${what}: ${text}`)).compare(
    before.schema,
    after.schema,
  );
}

/** A webhook's request is what we send, so it is judged as an answer. */
function compareWebhooks(documents: Documents, reporter: (operation: string) => Report): void {
  for (const [name, item] of Object.entries(documents.old.webhooks ?? {})) {
    const report = reporter(`webhook ${name}`);
    const [before, after] = [item.post?.requestBody, documents.new.webhooks?.[name]?.post?.requestBody];
    if (documents.new.webhooks?.[name] === undefined) report('removed', `the webhook ${name} is gone`);
    else if (before !== undefined && after === undefined) report('response', 'the body is gone');
    else if (before !== undefined && after !== undefined) {
      const old = resolve(documents.old, 'requestBodies', before);
      const next = resolve(documents.new, 'requestBodies', after);
      compareContents(documents, 'response', 'the body', [old.content, next.content], report);
    }
  }
}
