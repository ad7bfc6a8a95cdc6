import { readdirSync } from 'node:fs';
import path from 'node:path';
import { AST_NODE_TYPES, ESLintUtils } from '@typescript-eslint/utils';
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { crossedBorder, resolveImport } from './borders.ts';

const createRule = ESLintUtils.RuleCreator.withoutDocs;

const borderRule = createRule({
  meta: { type: 'problem', schema: [], defaultOptions: [], messages: { crossed: 'Border "{{border}}": {{advice}}' } },
  create: (context) => {
    const check = (source: TSESTree.Expression | null): void => {
      if (source?.type !== AST_NODE_TYPES.Literal || typeof source.value !== 'string') return;
      const crossed = crossedBorder(resolveImport(context.filename, source.value));
      if (crossed !== null) context.report({ node: source, messageId: 'crossed', data: crossed });
    };
    return {
      ImportDeclaration: ({ source }) => check(source),
      ExportNamedDeclaration: ({ source }) => check(source),
      ExportAllDeclaration: ({ source }) => check(source),
      ImportExpression: ({ source }) => check(source),
    };
  },
});

const contexts = readdirSync(path.resolve(import.meta.dirname, '../src/contexts'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** `schema.table` after a word that names a table or routine; a schema is called like its context. */
const foreignTable = new RegExp(
  `\\b(?:from|join|into|update|table|copy|call|using|only|select|exists)\\s*\\(?\\s*(${contexts.join('|')})\\.[a-z_]+`,
  'gi',
);

const ownSchemaRule = createRule({
  meta: {
    type: 'problem',
    schema: [],
    defaultOptions: [],
    messages: {
      foreign: 'A context reads and writes only its own schema: ask {{owner}} through its index.ts, or copy by event.',
    },
  },
  create: (context) => {
    const own = /src\/contexts\/([^/]+)\//.exec(context.filename.split(path.sep).join('/'))?.[1];
    const check = (node: TSESTree.Node, text: string): void => {
      for (const [, owner = ''] of text.matchAll(foreignTable)) {
        if (owner.toLowerCase() !== own) context.report({ node, messageId: 'foreign', data: { owner } });
      }
    };
    if (own === undefined) return {};
    return {
      Literal: (node) => {
        if (typeof node.value === 'string') check(node, node.value);
      },
      TemplateLiteral: (node) => check(node, node.quasis.map((quasi) => quasi.value.cooked).join(' ')),
      // Objection models: static tableName = 'schema.table'.
      PropertyDefinition: (node) => {
        const { key, value } = node;
        if (
          key.type !== AST_NODE_TYPES.Identifier ||
          key.name !== 'tableName' ||
          value?.type !== AST_NODE_TYPES.Literal
        )
          return;
        if (typeof value.value === 'string') check(value, `from ${value.value}`);
      },
    };
  },
});

/** Names that say nothing about what is inside, so that everything ends up inside. */
const emptyNames = /(^|[/-])(utils?|helpers?|common|manager|misc)\.[mc]?[jt]s$/;

const fileNameRule = createRule({
  meta: {
    type: 'problem',
    schema: [],
    defaultOptions: [],
    messages: { empty: 'Name the file after what it exports.' },
  },
  create: (context) => ({
    Program: (node) => {
      if (emptyNames.test(context.filename.split(path.sep).join('/'))) context.report({ node, messageId: 'empty' });
    },
  }),
});

const reasonRule = createRule({
  meta: {
    type: 'problem',
    schema: [],
    defaultOptions: [],
    messages: { reason: 'Say why after "--": eslint-disable-next-line rule -- reason.' },
  },
  create: (context) => ({
    Program: () => {
      for (const comment of context.sourceCode.getAllComments()) {
        if (/^\s*eslint-disable(?!.*--\s*\S)/s.test(comment.value)) {
          context.report({ loc: comment.loc, messageId: 'reason' });
        }
      }
    },
  }),
});

/** Portico's own lint rules. Each is proven by a seeded defect in rules.test.ts. */
export const portico: TSESLint.FlatConfig.Plugin = {
  rules: {
    border: borderRule,
    'own-schema': ownSchemaRule,
    'file-name': fileNameRule,
    'disable-with-reason': reasonRule,
  },
};
