import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { escapeHtml, redirectPage, staticPage } from './pages.ts';
import type { Page } from './pages.ts';

/** Credentials that the log-in form is filled with; only where demo data exists. */
export interface DemoUser {
  readonly email: string;
  readonly password: string;
}

export interface DocsOptions {
  /** The contexts that have operations for partners, in order: what Swagger UI offers. */
  readonly contexts: readonly string[];
  /** Those whose document is served here; the gateway finds the others. */
  readonly hosted: readonly string[];
  readonly demoUser: DemoUser | null;
}

const documents = new URL('../contract/generated/documents/', import.meta.url);
const own = new URL('./docs/', import.meta.url);
// Only found, never loaded: its entry point would evaluate the whole browser bundle.
const swaggerDirectory = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

// Swagger UI sets styles from scripts; everything else comes from files of this server.
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `/docs` (Swagger UI with a log-in form), `/openapi.json` and `/openapi/{context}.json`. */
export async function createDocs({ contexts, hosted, demoUser }: DocsOptions): Promise<Page[]> {
  const documentPages = await Promise.all([
    documentPage('/openapi.json', 'openapi'),
    ...hosted.map((context) => documentPage(`/openapi/${context}.json`, context)),
  ]);
  return [redirectPage('/', '/docs'), await swaggerPage(contexts, demoUser), ...(await assets()), ...documentPages];
}

async function documentPage(path: string, name: string): Promise<Page> {
  const content = await readFile(new URL(`${name}.json`, documents));
  // Public and without credentials: any page may read it.
  return staticPage({
    path,
    mediaType: 'application/json',
    content,
    headers: { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' },
  });
}

async function swaggerPage(contexts: readonly string[], demoUser: DemoUser | null): Promise<Page> {
  const choices = [
    { name: 'Everything', url: '/openapi.json' },
    ...contexts.map((context) => ({ name: context, url: `/openapi/${context}.json` })),
  ];
  const values: Readonly<Record<string, string>> = {
    documents: JSON.stringify(choices),
    email: demoUser?.email ?? '',
    password: demoUser?.password ?? '',
  };
  const template = await readFile(new URL('page.html', own), 'utf8');
  const content = template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => escapeHtml(values[name] ?? ''));
  return staticPage({
    path: '/docs',
    mediaType: 'text/html',
    content,
    headers: { 'Content-Security-Policy': contentSecurityPolicy },
  });
}

function assets(): Promise<Page[]> {
  const swagger = (name: string) => join(swaggerDirectory, name);
  const files: readonly (readonly [name: string, file: string | URL, mediaType: string])[] = [
    ['swagger-ui-bundle.js', swagger('swagger-ui-bundle.js'), 'text/javascript'],
    ['swagger-ui-standalone-preset.js', swagger('swagger-ui-standalone-preset.js'), 'text/javascript'],
    ['swagger-ui.css', swagger('swagger-ui.css'), 'text/css'],
    ['favicon-32x32.png', swagger('favicon-32x32.png'), 'image/png'],
    ['portico.js', new URL('portico.js', own), 'text/javascript'],
    ['portico.css', new URL('portico.css', own), 'text/css'],
  ];
  return Promise.all(
    files.map(async ([name, file, mediaType]) =>
      staticPage({ path: `/docs/${name}`, mediaType, content: await readFile(file) }),
    ),
  );
}
