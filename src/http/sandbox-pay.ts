import { readFile } from 'node:fs/promises';
import { contentSecurityPolicy } from './console.ts';
import { staticPage } from './pages.ts';
import type { Page } from './pages.ts';

const own = new URL('./sandbox-pay/', import.meta.url);

/** `/sandbox/pay`: where buyers pay by hand what the sandbox provider was asked to take; it uses the public API. */
export async function createSandboxPay(): Promise<Page[]> {
  const read = (name: string) => readFile(new URL(name, own));
  return [
    staticPage({
      path: '/sandbox/pay',
      mediaType: 'text/html',
      content: await read('page.html'),
      headers: { 'Content-Security-Policy': contentSecurityPolicy, 'Referrer-Policy': 'no-referrer' },
    }),
    staticPage({ path: '/sandbox/pay.js', mediaType: 'text/javascript', content: await read('pay.js') }),
  ];
}
