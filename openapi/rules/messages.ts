import { defaultMaxBody } from '../../src/contract/generator/route-of.ts';
import { documentRule, operationRule } from './rule.ts';
import { largestHeader, largestJson, largestQuery } from './sizes.ts';
import { typesOf } from './types.ts';
import type { MediaTypeView } from './view.ts';

const maxQuery = 8 * 1024;
const maxHeader = 1024;

/** Servers and proxies cut longer request lines: what the schema allows must arrive. */
export const parameterSizes = operationRule((view, report) => {
  const query = largestQuery(view.parameters.filter((parameter) => parameter.in === 'query'));
  if (query >= maxQuery)
    report(`The longest valid query has ${query} bytes; the limit is ${maxQuery}.`, ['parameters']);
  for (const header of view.parameters.filter((parameter) => parameter.in === 'header')) {
    const size = largestHeader(header);
    if (size >= maxHeader)
      report(`The header ${header.name} may have ${size} bytes; the limit is ${maxHeader}.`, ['parameters']);
  }
});

/** A request that the schema accepts must never meet 413. */
export const bodySize = operationRule(({ operation, body }, report) => {
  const limit = operation['x-max-body'] ?? defaultMaxBody;
  for (const [mediaType, { schema }] of body?.content ?? []) {
    // What a vendor's program wrote may have any size up to the limit; beyond it nothing of it is wanted.
    if (operation['x-streaming'] === 'request' || operation['x-raw-body'] === true || schema === undefined) continue;
    const size = largestJson(schema);
    if (size >= limit)
      report(`The largest valid ${mediaType} has ${size} bytes; x-max-body is ${limit}.`, ['requestBody']);
  }
});

/** Parameters leave no serialisation to defaults, and path parameters cannot smuggle a slash or NUL. */
export const parameterForm = operationRule(({ parameters }, report) => {
  for (const parameter of parameters) {
    const { schema } = parameter.schema;
    if (parameter.in === 'query' && (parameter.style !== 'form' || parameter.explode === undefined)) {
      report(`The query parameter ${parameter.name} states style: form and explode.`, ['parameters']);
    }
    if (parameter.in === 'query' && !/^[a-z][A-Za-z0-9]*$/.test(parameter.name)) {
      report(`The query parameter ${parameter.name} is not camelCase.`, ['parameters']);
    }
    if (parameter.in === 'cookie') report('Cookies are not used.', ['parameters']);
    if (parameter.in !== 'path' || !typesOf(schema).includes('string') || 'enum' in schema) continue;
    const pattern = typeof schema['pattern'] === 'string' ? new RegExp(schema['pattern'], 'u') : undefined;
    const open =
      pattern === undefined ? schema.format !== 'uuid' : ['/', 'a/b', '\0', 'a\0'].some((text) => pattern.test(text));
    if (open) report(`The path parameter ${parameter.name} must not allow a slash or NUL.`, ['parameters']);
  }
});

const withoutExample = new Set(['Idempotency-Key', 'If-Match', 'If-None-Match', 'cursor']);

/** Examples are what people copy; a made-up key, tag or cursor would be refused. */
export const examples = operationRule(({ parameters, body, responses }, report) => {
  for (const { name, hasExample } of parameters) {
    if (withoutExample.has(name) && hasExample) report(`${name} has an example, which cannot work.`, ['parameters']);
    if (!withoutExample.has(name) && !hasExample) report(`The parameter ${name} needs an example.`, ['parameters']);
  }
  const messages: [string, ReadonlyMap<string, MediaTypeView>][] = [
    ['requestBody', body?.content ?? new Map<string, MediaTypeView>()],
    ...[...responses].map(([status, response]): [string, ReadonlyMap<string, MediaTypeView>] => [
      status,
      response.content,
    ]),
  ];
  for (const [where, content] of messages) {
    for (const [mediaType, { hasExample }] of content) {
      const at = where === 'requestBody' ? [where] : ['responses', where];
      if (!hasExample) report(`The ${mediaType} of ${where} needs an example.`, at);
    }
  }
});

const form = 'application/x-www-form-urlencoded';
/** Lines of text, in whatever character sets. */
const mail = 'message/rfc822';

/** A stream has no schema to hold it to: its media type says everything, and nothing else may be declared beside it. */
export const mediaTypes = operationRule(({ method, operation, body, responses }, report) => {
  const streaming = operation['x-streaming'];
  if (method === 'patch' && body !== undefined && !body.content.has('application/merge-patch+json')) {
    report('PATCH takes application/merge-patch+json.', ['requestBody']);
  }
  if ((method === 'get' || method === 'delete') && body !== undefined) report(`${method.toUpperCase()} takes no body.`);
  const bodies: [string, ReadonlyMap<string, MediaTypeView>, boolean][] = [
    ['requestBody', body?.content ?? new Map<string, MediaTypeView>(), streaming === 'request'],
    ...[...responses].map(([status, { content }]): [string, ReadonlyMap<string, MediaTypeView>, boolean] => [
      status,
      content,
      streaming === 'response' && status.startsWith('2'),
    ]),
  ];
  for (const [where, content, streams] of bodies) {
    for (const [mediaType, { schema }] of content) {
      const at = where === 'requestBody' ? [where] : ['responses', where];
      const binary = schema?.schema.format === 'binary';
      if (streams !== binary) report(`${mediaType} of ${where}: x-streaming and format: binary belong together.`, at);
      if (
        !streams &&
        !/^application\/(?:[a-z-]+\+)?json$/.test(mediaType) &&
        !mediaType.startsWith('text/') &&
        mediaType !== form &&
        mediaType !== mail
      ) {
        report(`${mediaType} of ${where} is neither JSON nor text; stream it.`, at);
      }
    }
  }
});

/** Every list is paged in the same way. */
export const listShape = operationRule((view, report) => {
  const { operation, responses } = view;
  const page = responses.get('200')?.content.get('application/json')?.schema;
  const properties = page?.schema.properties;
  const looksPaged = properties?.['nextCursor'] !== undefined || view.parameter('query', 'cursor') !== undefined;
  if (!looksPaged && !view.id.startsWith('list')) return;
  const limit = view.parameter('query', 'limit')?.schema.schema;
  if (limit?.['minimum'] !== 1 || limit['maximum'] !== 100 || limit.default === undefined) {
    report('A list takes limit, 1 to 100 with a default.', ['parameters']);
  }
  if (view.parameter('query', 'cursor') === undefined) report('A list takes cursor.', ['parameters']);
  if (!(operation['x-problems'] ?? []).includes('invalid-cursor'))
    report('A list has invalid-cursor among x-problems.');
  const required = page?.schema.required ?? [];
  const items = properties?.['items'];
  if (items?.type !== 'array' || !required.includes('items') || !required.includes('nextCursor')) {
    report('A list answers an object with required items (an array) and nextCursor.', ['responses']);
  }
  const next = responses
    .get('200')
    ?.links.some((link) => link.operationId === view.id && link.parameters?.['cursor'] !== undefined);
  if (next !== true)
    report('A list links to its own next page: parameters: { cursor: $response.body#/nextCursor }.', ['responses']);
});

/** The server that gave out the document is the one to call. */
export const relativeServers = documentRule(({ servers, report }) => {
  if (servers.length !== 1 || servers[0]?.url !== '/') report('servers is exactly one: url: /.');
});
