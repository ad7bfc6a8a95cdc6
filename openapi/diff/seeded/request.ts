import { addProperty, body, create, list, parameter, present, rename, schemaIn, schemaOf, text } from './parts.ts';
import type { Row } from './parts.ts';

/** Changes of what callers send. */
export const requestRows: readonly Row[] = [
  ['a query parameter is gone', [list, 'request', 'cursor'], ({ list }) => list.parameters?.pop()],
  [
    'a parameter becomes required',
    [list, 'request', 'cursor'],
    ({ list }) => (parameter(list, 'cursor').required = true),
  ],
  [
    'a required parameter is new',
    [list, 'request', 'shelf'],
    ({ list }) => list.parameters?.push({ name: 'shelf', in: 'query', required: true, schema: text }),
  ],
  [
    'an optional parameter is new',
    null,
    ({ list }) => list.parameters?.push({ name: 'shelf', in: 'query', schema: text }),
  ],
  [
    'a parameter takes less',
    [list, 'request', 'limit'],
    ({ list }) => schemaOf(parameter(list, 'limit'), { maximum: 50 }),
  ],
  ['a parameter takes more', null, ({ list }) => schemaOf(parameter(list, 'limit'), { maximum: 200 })],
  ['a default changes', [list, 'request', 'limit'], ({ list }) => schemaOf(parameter(list, 'limit'), { default: 10 })],
  [
    'a parameter is of another type',
    [list, 'request', 'limit'],
    ({ list }) => (parameter(list, 'limit').schema = { type: 'boolean' }),
  ],
  [
    'a body becomes required',
    [create, 'request', ''],
    (parts) => (body(parts.create).required = true),
    { before: (parts) => (body(parts.create).required = false) },
  ],
  ['a body is gone', [create, 'request', ''], (parts) => delete parts.create.requestBody],
  [
    'a media type of the body is gone',
    [create, 'request', 'application/json'],
    ({ create }) => rename(body(create).content, 'application/json', 'application/xml'),
  ],
  [
    'the largest body shrinks',
    [create, 'request', 'x-max-body'],
    ({ create }) => (create['x-max-body'] = 1_024),
    { blind: 'it does not know our extensions' },
  ],
  [
    'a request field is gone',
    [create, 'request', 'pages'],
    ({ schemas }) => delete schemas['BookCreate']?.properties?.['pages'],
  ],
  [
    'a required request field is new',
    [create, 'request', 'shelf'],
    ({ schemas }) => addProperty(present(schemas['BookCreate']), 'shelf', text, true),
  ],
  [
    'an optional request field is new',
    null,
    ({ schemas }) => addProperty(present(schemas['BookCreate']), 'shelf', text, false),
  ],
  [
    'a request field becomes required',
    [create, 'request', 'pages'],
    ({ schemas }) => schemas['BookCreate']?.required?.push('pages'),
  ],
  ['a request field becomes optional', null, ({ schemas }) => schemas['BookCreate']?.required?.pop()],
  [
    'a request text is shorter',
    [create, 'request', 'title'],
    ({ property }) => (property('BookCreate', 'title')['maxLength'] = 10),
  ],
  ['a request text is longer', null, ({ property }) => (property('BookCreate', 'title')['maxLength'] = 1_000)],
  [
    'a request pattern changes',
    [create, 'request', 'title'],
    ({ property }) => (property('BookCreate', 'title')['pattern'] = '^a$'),
  ],
  [
    'a request pattern is new',
    [create, 'request', 'pages'],
    ({ property }) => Object.assign(property('BookCreate', 'pages'), text),
    {},
  ],
  [
    'a request value is gone',
    [create, 'request', 'language'],
    ({ property }) => (property('BookCreate', 'language')['enum'] = ['fa']),
  ],
  ['a request value is new', null, ({ property }) => (property('BookCreate', 'language')['enum'] = ['fa', 'en', 'de'])],
  [
    'a request number starts higher',
    [create, 'request', 'pages'],
    ({ property }) => (property('BookCreate', 'pages')['minimum'] = 2),
  ],
  [
    'a request list is shorter',
    [create, 'request', 'labels'],
    ({ property }) => (property('BookCreate', 'labels')['maxItems'] = 5),
  ],
  [
    'an item of a request list takes less',
    [create, 'request', 'labels'],
    ({ property }) => schemaIn(property('BookCreate', 'labels').items, { maxLength: 5 }),
  ],
];
