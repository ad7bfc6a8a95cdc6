import { addProperty, answer, create, dropProperty, list, present, read, rename, text } from './parts.ts';
import type { Row } from './parts.ts';

/** Changes of what callers get. */
export const answerRows: readonly Row[] = [
  ['a success status is another', [create, 'response', '201'], ({ create }) => rename(create.responses, '201', '202')],
  ['a refusal is gone', [create, 'response', '409'], ({ create }) => delete create.responses['409']],
  ['a refusal is new', null, ({ list }) => (list.responses['404'] = answer(list, 403))],
  [
    'an answer is of another media type',
    [list, 'response', 'application/json'],
    ({ list }) => rename(present(answer(list, 200).content), 'application/json', 'text/csv'),
  ],
  [
    'a header of an answer is gone',
    [create, 'response', 'Location'],
    ({ create }) => delete answer(create, 201).headers?.['Location'],
  ],
  [
    'an optional header of an answer is gone',
    [create, 'response', 'RateLimit'],
    ({ create }) => delete answer(create, 201).headers?.['RateLimit'],
  ],
  [
    'a header of an answer becomes optional',
    [create, 'response', 'Location'],
    ({ create }) => Object.assign(present(answer(create, 201).headers?.['Location']), { required: false }),
  ],
  [
    'an answer gets a header',
    null,
    ({ list }) => Object.assign(present(answer(list, 200).headers), { 'X-New': { schema: text } }),
  ],
  [
    'a required field of an answer is gone',
    [read, 'response', 'title'],
    ({ schemas }) => dropProperty(present(schemas['Book']), 'title'),
  ],
  [
    'an optional field of an answer is gone',
    [read, 'response', 'pages'],
    ({ schemas }) => dropProperty(present(schemas['Book']), 'pages'),
  ],
  [
    'a field of an answer is renamed',
    [read, 'response', 'title'],
    ({ schemas }) => rename(present(schemas['Book']?.properties), 'title', 'name'),
  ],
  [
    'an answer gets an optional field',
    null,
    ({ schemas }) => addProperty(present(schemas['Book']), 'shelf', text, false),
  ],
  [
    'an answer gets a required field',
    null,
    ({ schemas }) => addProperty(present(schemas['Book']), 'shelf', text, true),
  ],
  [
    'a field of an answer may be missing',
    [read, 'response', 'title'],
    ({ schemas }) => schemas['Book']?.required?.pop(),
  ],
  [
    'a field of an answer may be null',
    [read, 'response', 'title'],
    ({ property }) => (property('Book', 'title').type = ['string', 'null']),
  ],
  [
    'a field of an answer is of another type',
    [read, 'response', 'pages'],
    ({ property }) => Object.assign(property('Book', 'pages'), { type: 'string' }),
  ],
  [
    'a value of an answer is new',
    [read, 'response', 'language'],
    ({ property }) => (property('Book', 'language')['enum'] = ['fa', 'en', 'de', null]),
  ],
  ['a value of an answer is gone', null, ({ property }) => (property('Book', 'language')['enum'] = ['fa', null])],
  [
    'a text of an answer is longer',
    [read, 'response', 'title'],
    ({ property }) => (property('Book', 'title')['maxLength'] = 1_000),
  ],
  ['a text of an answer is shorter', null, ({ property }) => (property('Book', 'title')['maxLength'] = 100)],
  [
    'a number of an answer is larger',
    [read, 'response', 'pages'],
    ({ property }) => (property('Book', 'pages')['maximum'] = 20_000),
  ],
  ['a field of an answer is promised', null, ({ schemas }) => schemas['Book']?.required?.push('pages')],
  [
    'a union of an answer has a new branch',
    [read, 'response', 'ClothBinding'],
    ({ schemas }) => {
      schemas['ClothBinding'] = {
        type: 'object',
        required: ['kind'],
        properties: { kind: { type: 'string', const: 'cloth' } },
      };
      schemas['Binding']?.oneOf?.push({ $ref: '#/components/schemas/ClothBinding' });
    },
  ],
  [
    'a union of a request lost a branch',
    [create, 'request', 'LeatherBinding'],
    ({ schemas }) => schemas['Binding']?.oneOf?.pop(),
  ],
  [
    'descriptions and examples change',
    null,
    (parts) => {
      parts.list.description = 'Other words.';
      parts.property('Book', 'title')['description'] = 'How it is called.';
    },
  ],
  [
    'an operation is new',
    null,
    ({ document, read }) => (document.paths['/shelves'] = { get: { ...read, operationId: 'listShelves' } }),
  ],
];
