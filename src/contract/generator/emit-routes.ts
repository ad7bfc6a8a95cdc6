import type { Assembly } from './assemble.ts';
import { banner } from './emit-types.ts';

/** The route table, the responses that routes share, and the `Allow` header of each path, as TypeScript. */
export function emitRoutes({ routes, sharedResponses }: Assembly): string {
  const shared = [...sharedResponses].map(([name, spec]) => `const ${name}: ResponseSpec = ${print(spec)};\n`);
  return `${banner}
import type { ResponseSpec, Route } from '../route.ts';

${shared.join('\n')}
export const routes: readonly Route[] = ${print(routes)};

/** The value of \`Allow\` for each path of the documents. */
export const allow: Readonly<Record<string, string>> = ${print(allowOf(routes))};
`;
}

function allowOf(routes: Assembly['routes']): Record<string, string> {
  const byPath = Map.groupBy(routes, (route) => route.path);
  return Object.fromEntries(
    [...byPath].map(([path, group]) => {
      const declared = group.map((route) => route.method);
      return [path, [...declared, ...(declared.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')];
    }),
  );
}

/** Source text of a value; what fits on a line stays on it. */
function print(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if ('shared' in value && typeof value.shared === 'string') return value.shared;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const members = Array.isArray(value)
    ? value.map((item) => print(item, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${print(item, inner)}`);
  const line = `${open}${members.join(', ')}${close}`;
  if (line.length + indent.length < 110 && !line.includes('\n')) return line;
  return `${open}\n${members.map((member) => `${inner}${member},\n`).join('')}${indent}${close}`;
}

/** Declarations for a module of validators. */
export function emitValidatorTypes(names: Iterable<string>): string {
  const lines = [...names].map((name) => `export const ${name}: Validator;\n`);
  return `${banner}import type { Validator } from '../validator.ts';\n\n${lines.join('')}`;
}
