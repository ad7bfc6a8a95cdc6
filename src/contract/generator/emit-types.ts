import openapiTypescript, { astToString, type OpenAPI3 } from 'openapi-typescript';
import type { AssembledRoute } from './assemble.ts';
import { operationsOf, resolve, type Document } from './document.ts';

export const banner = '// Made by `npm run contract` from openapi/. Edit the documents instead.\n';

/** `paths`, `operations` and `components` as openapi-typescript writes them. */
export async function emitTypes(document: Document): Promise<string> {
  const copy = structuredClone(document);
  // Referenced headers would all become required; written out they keep their own `required`.
  const responses = [
    ...operationsOf(copy).flatMap(({ object }) => Object.values(object.responses)),
    ...Object.values(copy.components.responses ?? {}),
  ];
  for (const response of responses) {
    if ('$ref' in response || response.headers === undefined) continue;
    for (const [name, header] of Object.entries(response.headers)) {
      response.headers[name] = resolve(copy, 'headers', header);
    }
  }
  const nodes = await openapiTypescript(copy as unknown as OpenAPI3, { defaultNonNullable: false, silent: true });
  return banner + astToString(nodes);
}

/** What the type level must know of each operation beside openapi-typescript's view. */
export function emitTraits(routes: readonly AssembledRoute[]): string {
  const lines = routes.map((route) => {
    const defaulted = route.parameters.filter((parameter) => parameter.default !== undefined).map((p) => quote(p.name));
    const entries = {
      context: quote(route.context),
      authenticated: String(route.scopes !== null),
      clients: String(route.clients),
      keyed: String(route.idempotencyKey),
      audited: String(route.audit !== null),
      transactional: String(route.idempotencyKey || route.audit !== null),
      streaming: route.streaming.request ? quote('request') : route.streaming.response ? quote('response') : 'null',
      rawBody: String(route.rawBody),
      defaulted: union(defaulted),
      problems: union(route.problems.map(quote)),
    };
    return `  ${route.operationId}: { ${Object.entries(entries)
      .map(([key, value]) => `${key}: ${value}`)
      .join('; ')} };\n`;
  });
  return `${banner}\n/** What each operation declares beyond its messages. */\nexport interface Traits {\n${lines.join('')}}\n`;
}

function union(members: readonly string[]): string {
  return members.length === 0 ? 'never' : members.join(' | ');
}

function quote(text: string): string {
  return `'${text}'`;
}
