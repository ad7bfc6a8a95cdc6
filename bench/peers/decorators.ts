/**
 * `node --import` this before a peer with decorators: Node strips types but leaves decorators alone, and NestJS needs the
 * types of parameters at run time.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import typescript from 'typescript';

registerHooks({
  load(url, context, next) {
    if (!/\/bench\/peers\/[^/]+\.ts$/.test(url)) return next(url, context);
    const { outputText } = typescript.transpileModule(readFileSync(fileURLToPath(url), 'utf8'), {
      compilerOptions: {
        target: typescript.ScriptTarget.ES2022,
        module: typescript.ModuleKind.ESNext,
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
        useDefineForClassFields: false,
      },
    });
    return { format: 'module', source: outputText, shortCircuit: true };
  },
});
