import { expect, test } from '@jest/globals';
import { undeclaredMethods } from './methods.ts';

test('a path answers every method, and itself those that a template would catch', () => {
  const rest = undeclaredMethods([
    { path: '/users/{userId}', method: 'GET' },
    { path: '/users/profile', method: 'PUT' },
    { path: '/users/{userId}/roles', method: 'PUT' },
  ]);
  expect(rest).toEqual([
    { path: '/users/{userId}', allow: 'GET, HEAD, OPTIONS', methods: ['*'] },
    { path: '/users/profile', allow: 'PUT, OPTIONS', methods: ['*', 'GET'] },
    { path: '/users/{userId}/roles', allow: 'PUT, OPTIONS', methods: ['*'] },
  ]);
});
