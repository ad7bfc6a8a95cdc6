import type { Document, OperationObject, ResponseObject, Schema } from '../../src/contract/generator/document.ts';

// A small document that breaks no rule. Tests damage one thing in it and expect to hear of exactly that.

const platform = {
  'X-Request-Id': { required: true, schema: { $ref: '#/components/schemas/Id' } },
  RateLimit: { schema: { type: 'string', maxLength: 64, pattern: '^[ -~]*$' } },
  'RateLimit-Policy': { schema: { type: 'string', maxLength: 64, pattern: '^[ -~]*$' } },
};
const etag = { ETag: { required: true, schema: { type: 'string', maxLength: 64, pattern: '^[ -~]*$' } } };
const location = { Location: { required: true, schema: { type: 'string', maxLength: 200, pattern: '^/[!-~]*$' } } };
const replayed = { 'Idempotent-Replayed': { schema: { type: 'string', const: 'true' } } };
const retryAfter = {
  'Retry-After': { required: true, schema: { type: 'integer', format: 'int32', minimum: 0, maximum: 60 } },
};
const challenge = {
  'WWW-Authenticate': { required: true, schema: { type: 'string', maxLength: 64, pattern: '^Bearer[ -~]*$' } },
};

function problem(status: number, headers: ResponseObject['headers'] = {}): ResponseObject {
  return {
    description: 'Refused.',
    headers: { ...platform, ...headers },
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        example: { type: '/problems/refused', title: 'Refused', status },
      },
    },
  };
}

function problems(...statuses: number[]): Record<string, ResponseObject> {
  const headers: Record<number, ResponseObject['headers']> = { 401: challenge, 429: retryAfter, 503: retryAfter };
  return Object.fromEntries(statuses.map((status) => [status, problem(status, headers[status])]));
}

function json(schema: string, example: unknown): NonNullable<ResponseObject['content']> {
  return { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` }, example } };
}

const id = '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90';
const book = {
  id,
  title: 'Kalila',
  pages: 300,
  language: 'fa',
  tags: ['fable'],
  cover: null,
  binding: { kind: 'paper' },
};

const bookId = {
  name: 'bookId',
  in: 'path',
  required: true,
  description: 'Which.',
  schema: { $ref: '#/components/schemas/Id' },
  example: id,
} as const;
const key = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Names the write.',
  schema: { type: 'string', maxLength: 255, pattern: '^[!-~]+$' },
} as const;
const ifMatch = {
  name: 'If-Match',
  in: 'header',
  required: true,
  description: 'The state.',
  schema: { type: 'string', maxLength: 64, pattern: '^[!-~]+$' },
} as const;
const ifNoneMatch = { ...ifMatch, name: 'If-None-Match', required: false } as const;
const limit = {
  name: 'limit',
  in: 'query',
  description: 'How many.',
  style: 'form',
  explode: true,
  example: 20,
  schema: { type: 'integer', format: 'int32', minimum: 1, maximum: 100, default: 20 },
} as const;
const cursor = {
  name: 'cursor',
  in: 'query',
  description: 'Where.',
  style: 'form',
  explode: true,
  schema: { type: 'string', maxLength: 512, pattern: '^[A-Za-z0-9_-]+$' },
} as const;

function operation(
  operationId: string,
  rest: Partial<OperationObject> & Pick<OperationObject, 'responses'>,
): OperationObject {
  return {
    operationId,
    tags: ['Books'],
    summary: 'Does one thing',
    description: 'Does one thing, and says which.',
    security: [
      { bearerAuth: [operationId.startsWith('get') || operationId.startsWith('list') ? 'books:read' : 'books:write'] },
    ],
    'x-rate-limit': 'read',
    ...rest,
  };
}

export function goodDocument(): Document {
  const document: Document = {
    openapi: '3.1.1',
    info: {
      title: 'Books',
      version: '1.0.0',
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
      contact: { name: 'Books' },
    },
    ...{ servers: [{ url: '/' }] },
    tags: [{ name: 'Books', description: 'What one reads.' }] as Document['tags'] & object,
    paths: {
      '/books': {
        get: operation('listBooks', {
          parameters: [limit, cursor],
          'x-problems': ['invalid-cursor'],
          responses: {
            200: {
              description: 'A page.',
              headers: platform,
              content: json('BookPage', { items: [], nextCursor: null }),
              links: { next: { operationId: 'listBooks', parameters: { cursor: '$response.body#/nextCursor' } } },
            },
            ...problems(400, 401, 403, 429, 500, 503),
          },
        }),
        post: operation('createBook', {
          parameters: [key],
          'x-problems': ['title-taken'],
          requestBody: { required: true, content: json('BookCreate', { title: 'Kalila' }) },
          responses: {
            201: {
              description: 'It exists.',
              headers: { ...platform, ...location, ...etag, ...replayed },
              content: json('Book', book),
              links: { read: { operationId: 'getBook', parameters: { bookId: '$response.body#/id' } } },
            },
            ...problems(400, 401, 403, 409, 413, 415, 422, 429, 500, 503),
          },
        }),
      },
      '/books/{bookId}': {
        parameters: [bookId],
        get: operation('getBook', {
          parameters: [ifNoneMatch],
          responses: {
            200: { description: 'The book.', headers: { ...platform, ...etag }, content: json('Book', book) },
            304: { description: 'Unchanged.', headers: { ...platform, ...etag } },
            ...problems(400, 401, 403, 404, 429, 500, 503),
          },
        }),
        delete: operation('deleteBook', {
          parameters: [ifMatch],
          responses: {
            204: { description: 'Gone.', headers: platform },
            ...problems(400, 401, 403, 404, 412, 428, 429, 500, 503),
          },
        }),
      },
      '/books/{bookId}/text': {
        parameters: [bookId],
        get: operation('exportBook', {
          'x-streaming': 'response',
          responses: {
            200: {
              description: 'The text.',
              headers: {
                ...platform,
                'Content-Disposition': {
                  required: true,
                  schema: { type: 'string', maxLength: 64, pattern: '^[ -~]*$' },
                },
              },
              content: { 'text/csv': { schema: { type: 'string', format: 'binary' }, example: 'chapter,text' } },
            },
            ...problems(400, 401, 403, 404, 429, 500, 503),
          },
        }),
      },
    },
    components: {
      securitySchemes: {
        bearerAuth: { type: 'http', scheme: 'bearer', 'x-scopes': { 'books:read': 'Read.', 'books:write': 'Write.' } },
      },
      schemas: schemas(),
    },
  };
  return structuredClone(document);
}

function object(required: string[], properties: Record<string, Schema>): Schema {
  return { type: 'object', additionalProperties: false, required, properties };
}

function schemas(): Record<string, Schema> {
  const text: Schema = { type: 'string', minLength: 1, maxLength: 200, pattern: '^[^\\u0000]*$' };
  return {
    Id: { type: 'string', format: 'uuid', maxLength: 36 },
    Book: object(['id', 'title'], {
      id: { $ref: '#/components/schemas/Id' },
      title: text,
      pages: { type: 'integer', format: 'int32', minimum: 1, maximum: 10_000 },
      language: { type: ['string', 'null'], enum: ['fa', 'en', null] },
      tags: { type: 'array', maxItems: 10, items: text },
      cover: { anyOf: [{ $ref: '#/components/schemas/Cover' }, { type: 'null' }] },
      binding: { $ref: '#/components/schemas/Binding' },
      notes: { $ref: '#/components/schemas/Notes' },
    }),
    BookCreate: object(['title'], { title: text }),
    BookPage: object(['items', 'nextCursor'], {
      items: { type: 'array', maxItems: 100, items: { $ref: '#/components/schemas/Book' } },
      nextCursor: { type: ['string', 'null'], maxLength: 512, pattern: '^[A-Za-z0-9_-]+$' },
    }),
    Cover: object(['colour'], { colour: { type: 'string', enum: ['red', 'blue'] } }),
    Notes: {
      type: 'object',
      additionalProperties: text,
      maxProperties: 10,
      propertyNames: { type: 'string', maxLength: 20, pattern: '^[a-z]+$' },
    },
    Binding: {
      type: 'object',
      oneOf: [{ $ref: '#/components/schemas/PaperBinding' }, { $ref: '#/components/schemas/LeatherBinding' }],
      discriminator: {
        propertyName: 'kind',
        mapping: { paper: '#/components/schemas/PaperBinding', leather: '#/components/schemas/LeatherBinding' },
      },
    },
    PaperBinding: object(['kind'], { kind: { type: 'string', const: 'paper' } }),
    LeatherBinding: object(['kind'], { kind: { type: 'string', const: 'leather' } }),
    Problem: object(['type', 'title', 'status'], {
      type: { type: 'string', format: 'uri-reference', maxLength: 200 },
      title: text,
      status: { type: 'integer', format: 'int32', minimum: 400, maximum: 599 },
    }),
  };
}
