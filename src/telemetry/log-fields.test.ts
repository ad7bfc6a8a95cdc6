import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import ts from 'typescript';

const root = path.resolve(import.meta.dirname, '../..');
const levels = new Set(['trace', 'debug', 'info', 'warn', 'error', 'fatal']);

/** The fields of every object that src or adapters hand to a logger, as the compiler knows them. */
function loggedFields(): Set<string> {
  const files = ['src', 'adapters']
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        path.join(root, folder, file),
      ),
    )
    .filter((file) => file.endsWith('.ts') && !/\.(test|fixture|d)\.ts$|\/testing\/|\/generated\//.test(file))
    .filter((file) =>
      /\blog(?:ger)?\??\.(?:trace|debug|info|warn|error|fatal)\(|\blog\[/.test(readFileSync(file, 'utf8')),
    );
  // Each file by itself, without what it imports: what is handed to a logger is put together on the spot, and this takes a
  // second instead of ten.
  const program = ts.createProgram(files, { target: ts.ScriptTarget.ESNext, noResolve: true, noLib: true, types: [] });
  const checker = program.getTypeChecker();
  const fields = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isLogCall(node.expression)) {
      const [about] = node.arguments;
      const type = about === undefined ? undefined : checker.getTypeAtLocation(about);
      if (type !== undefined && (type.flags & ts.TypeFlags.StringLike) === 0) {
        const kinds = type.isUnion() ? type.types : [type];
        for (const kind of kinds) for (const { name } of kind.getProperties()) fields.add(name);
      }
    }
    ts.forEachChild(node, visit);
  };
  for (const file of files) {
    const source = program.getSourceFile(file);
    if (source !== undefined) visit(source);
  }
  return fields;
}

/** `log.warn(…)`, `options.log.warn(…)`, `log[level](…)`. */
function isLogCall(called: ts.Expression): boolean {
  if (ts.isPropertyAccessExpression(called) && !levels.has(called.name.text)) return false;
  if (!ts.isPropertyAccessExpression(called) && !ts.isElementAccessExpression(called)) return false;
  const { expression } = called;
  const name = ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
  return name === 'log' || name === 'logger';
}

/** The line of a request is put together as text. */
function requestFields(): string[] {
  const source = readFileSync(path.join(root, 'src/http/access-log.ts'), 'utf8');
  return [...source.matchAll(/"(\w+)":/g)].map(([, name = '']) => name);
}

/** What every line has, or has by itself within a request or job: src/telemetry/logs.ts. */
const ambient = ['level', 'time', 'message', 'requestId', 'correlationId', 'trace'];

test('docs/operations.md describes exactly the fields that are logged', () => {
  const text = readFileSync(path.join(root, 'docs/operations.md'), 'utf8');
  const section = /^## Logs\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(text)?.[1] ?? '';
  const described = [...section.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
  expect(described.toSorted()).toEqual([...new Set([...ambient, ...requestFields(), ...loggedFields()])].toSorted());
});
