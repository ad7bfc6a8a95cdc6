import { readFile } from 'node:fs/promises';
import { staticPage } from './pages.ts';
import type { Page } from './pages.ts';

const own = new URL('./console/', import.meta.url);

/** Everything comes from files of this server, and talks to this server only. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const files: readonly (readonly [name: string, mediaType: string])[] = [
  ['console.css', 'text/css'],
  ['console.js', 'text/javascript'],
  ['api.js', 'text/javascript'],
  ['chart.js', 'text/javascript'],
  ['elements.js', 'text/javascript'],
  ['dashboard-view.js', 'text/javascript'],
  ['imports-view.js', 'text/javascript'],
  ['messages-view.js', 'text/javascript'],
  ['dead-letters-view.js', 'text/javascript'],
];

/** `/console`: a static page for operators that uses the public API like any other client. */
export async function createConsole(): Promise<Page[]> {
  const read = (name: string) => readFile(new URL(name, own));
  return [
    staticPage({
      path: '/console',
      mediaType: 'text/html',
      content: await read('page.html'),
      headers: { 'Content-Security-Policy': contentSecurityPolicy },
    }),
    ...(await Promise.all(
      files.map(async ([name, mediaType]) =>
        staticPage({ path: `/console/${name}`, mediaType, content: await read(name) }),
      ),
    )),
  ];
}
