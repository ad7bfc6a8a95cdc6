import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { IncomingMessage } from 'node:http';
import { matches } from '../shared/etag.ts';
import type { Answer } from './respond.ts';

/** Something to read under a fixed path: documents, Swagger UI, explanations. Not an operation, so in no document. */
export interface Page {
  readonly path: string;
  answer(req: IncomingMessage): Promise<Answer>;
}

export interface PageContent {
  readonly path: string;
  readonly mediaType: string;
  readonly content: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const compress = promisify(gzip);
const compressible = /^(?:text\/|application\/json|image\/svg)/;

/** A page whose content never changes while the process runs: public, with a tag, compressed once. */
export function staticPage({ path, mediaType, content, headers = {} }: PageContent): Page {
  const plain = Buffer.from(content);
  const tag = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
  let compressed: Promise<Buffer> | undefined;
  return {
    path,
    async answer(req) {
      const zipped = compressible.test(mediaType) && /\bgzip\b/.test(req.headers['accept-encoding'] ?? '');
      // Two representations, two tags.
      const etag = zipped ? `"${tag}-gzip"` : `"${tag}"`;
      const common = {
        'Cache-Control': 'public, max-age=300',
        Vary: 'Accept-Encoding',
        ETag: etag,
        ...headers,
      };
      const known = req.headers['if-none-match'];
      if (known !== undefined && matches(known, etag, 'weak')) return { status: 304, headers: common, body: null };
      const type = { 'Content-Type': mediaType.startsWith('text/') ? `${mediaType}; charset=utf-8` : mediaType };
      if (!zipped) return { status: 200, headers: { ...common, ...type }, body: plain };
      compressed ??= compress(plain);
      return { status: 200, headers: { ...common, ...type, 'Content-Encoding': 'gzip' }, body: await compressed };
    },
  };
}

/** A page that only points to another. */
export function redirectPage(path: string, location: string): Page {
  return { path, answer: async () => ({ status: 302, headers: { Location: location }, body: null }) };
}

/** Text as HTML shows it, also inside quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
