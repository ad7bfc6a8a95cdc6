import type { ParameterObject } from '../../../src/contract/generator/document.ts';
import { deprecated, list, present, read, rename } from './parts.ts';
import type { Row } from './parts.ts';

/** Changes of whole operations, their names and who may call them. */
export const operationRows: readonly Row[] = [
  ['an operation is gone', [read, 'removed', ''], ({ document }) => delete document.paths['/books/{bookId}']?.get],
  ['a path is renamed', [list, 'removed', ''], ({ document }) => rename(document.paths, '/books', '/volumes')],
  [
    'a path parameter is renamed',
    [read, 'removed', ''],
    ({ document }) => {
      rename(document.paths, '/books/{bookId}', '/books/{id}');
      (present(document.paths['/books/{id}']?.parameters)[0] as ParameterObject).name = 'id';
    },
  ],
  [
    'an operation goes before its sunset',
    [read, 'removed', ''],
    ({ document }) => delete document.paths['/books/{bookId}']?.get,
    { before: deprecated('9999-01-01') },
  ],
  [
    'an operation goes after its sunset',
    null,
    ({ document }) => delete document.paths['/books/{bookId}']?.get,
    { before: deprecated('2026-02-01') },
  ],
  ['the operationId changes', [list, 'naming', 'listBooks'], (parts) => (parts.list.operationId = 'searchBooks')],
  ['the tag changes', [list, 'naming', 'Books'], (parts) => (parts.list.tags = ['Volumes'])],
  ['a scope is added', [list, 'security', 'bearerAuth'], ({ list }) => list.security?.[0]?.['bearerAuth']?.push('x')],
  [
    'a public operation demands a token',
    [list, 'security', ''],
    (parts) => (parts.list.security = [{ bearerAuth: [] }]),
    {
      before: (parts) => (parts.list.security = []),
      blind: 'it takes a new alternative for a relief, also where nothing was asked for',
    },
  ],
  [
    'a security scheme is gone',
    ['components', 'security', 'bearerAuth'],
    ({ document }) => delete document.components.securitySchemes?.['bearerAuth'],
  ],
  [
    'another way to authenticate is added',
    null,
    ({ document, list }) => {
      Object.assign(present(document.components.securitySchemes), { machine: { type: 'http', scheme: 'basic' } });
      list.security?.push({ machine: [] });
    },
  ],
  ['a scope is no longer needed', null, (parts) => (parts.list.security = [{ bearerAuth: [] }])],
];
