import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import type { TSESLint } from '@typescript-eslint/utils';
import tseslint from 'typescript-eslint';
import { portico } from './rules.ts';

/** Files whose reader demands a default export. */
const defaultExports = [
  'eslint.config.js',
  'lint/config.ts',
  'src/testing/global-*.ts',
  'src/testing/strip-types.mjs',
  'openapi/rules/portico.ts',
  '**/*.d.ts',
];

const config: TSESLint.FlatConfig.ConfigArray = [
  {
    ignores: [
      '**/node_modules/',
      '**/.venv/',
      '.portico/',
      'coverage/',
      'src/contract/generated/',
      'bench/peers/generated/',
      'src/http/docs/*.js',
      'src/http/console/*.js',
      'src/http/sandbox-pay/*.js',
      'src/**/vendor/',
    ],
  },
  js.configs.recommended,
  ...(tseslint.configs.strictTypeChecked as TSESLint.FlatConfig.ConfigArray),
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: `${import.meta.dirname}/..` } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { portico, 'import-x': importX },
    settings: {
      ...importX.flatConfigs.typescript.settings,
      'import-x/resolver-next': [createTypeScriptImportResolver()],
    },
    rules: {
      'portico/border': 'error',
      'portico/own-schema': 'error',
      'portico/disable-with-reason': 'error',
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-default-export': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Promise-returning interfaces are met by functions that have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // Behaviour lives in closures, not in classes with `this`: what an interface offers may be passed around.
      '@typescript-eslint/unbound-method': 'off',
      // Refuses Promise.withResolvers<void>().
      '@typescript-eslint/no-invalid-void-type': 'off',
      // `() => callback()` is how a value is dropped on purpose.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      // Spreading a string gives its code points, which is what is meant.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      'max-lines': ['error', { max: 300 }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'off',
    },
  },
  { files: ['src/**'], rules: { 'portico/file-name': 'error' } },
  {
    // The environment is read once, into one frozen object.
    files: ['src/**', 'adapters/**'],
    ignores: ['src/main.ts', 'src/commands/**', 'src/testing/**', '**/*.test.ts', '**/*.fixture.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Take it from Config (src/config.ts).' },
      ],
    },
  },
  { files: defaultExports, rules: { 'import-x/no-default-export': 'off' } },
  {
    files: ['**/*.test.ts', '**/*.fixture.ts'],
    rules: {
      'max-lines': ['error', { max: 500 }],
    },
  },
  {
    // Type-level tests declare what nobody calls.
    files: ['**/*.types.ts'],
    rules: {
      '@typescript-eslint/no-generated-empty-object-type': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', fetch: 'readonly' } },
  },
  // Their packages are installed only by the benchmarks (bench/install-peers.ts), which check their types then.
  { files: ['bench/peers/**'], ...(tseslint.configs.disableTypeChecked as TSESLint.FlatConfig.Config) },
  { files: ['**/*.js', '**/*.mjs'], ...(tseslint.configs.disableTypeChecked as TSESLint.FlatConfig.Config) },
];

export default config;
