import { expect, test } from '@jest/globals';
import { goodDocument } from '../../../openapi/rules/good-document.ts';
import type { OperationObject } from './document.ts';
import { subset } from './emit-documents.ts';

test('what is internal leaves no trace in the partners’ document', () => {
  const document = goodDocument();
  for (const item of Object.values(document.paths)) {
    for (const operation of [item.get, item.post, item.delete] as (OperationObject | undefined)[]) {
      if (operation !== undefined && operation.operationId !== 'createBook') operation['x-internal'] = true;
    }
  }
  const partner = subset(document, (_path, { internal }) => !internal);
  expect(Object.keys(partner.paths)).toEqual(['/books']);
  expect(Object.keys(partner.paths['/books'] ?? {})).toEqual(['post']);
  expect(Object.keys(partner.components.schemas ?? {})).not.toContain('BookPage');
  expect(Object.keys(partner.components.schemas ?? {})).toEqual(
    expect.arrayContaining(['Book', 'Binding', 'PaperBinding', 'Problem']),
  );
  expect(JSON.stringify(partner)).not.toContain('getBook');
  expect(document.paths['/books']?.get).toBeDefined();
});

test('a subset keeps path parameters, the tags in use and the way to authenticate', () => {
  const document = goodDocument();
  document.tags?.push({ name: 'Shelves' });
  const part = subset(document, (path) => path === '/books/{bookId}');
  expect(part.paths['/books/{bookId}']?.parameters).toHaveLength(1);
  expect(part.tags?.map(({ name }) => name)).toEqual(['Books']);
  expect(part.components.securitySchemes).toHaveProperty('bearerAuth');
});
