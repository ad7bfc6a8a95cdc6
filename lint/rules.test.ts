import { describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import config from './config.ts';

const root = `${import.meta.dirname}/..`;

// The real configuration without what needs types: seeded files exist only in these tests.
const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  overrideConfig: [
    ...config,
    tseslint.configs.disableTypeChecked,
    { languageOptions: { parserOptions: { projectService: false, program: null, project: null } } },
  ] as ESLint.Options['overrideConfig'] & object,
});

async function breaches(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${code}\n`, { filePath: `${root}/${file}`, warnIgnored: true });
  return (result?.messages ?? []).map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

interface Seed {
  readonly file: string;
  readonly code: string;
  /** The rule that must speak, and a part of what it says. */
  readonly rule: string;
  readonly says: string;
}

const border = (file: string, specifier: string, says: string): Seed => ({
  file,
  code: `import type { Thing } from '${specifier}';\nexport type Own = Thing;`,
  rule: 'portico/border',
  says,
});

const seeds: Readonly<Record<string, Seed>> = {
  'a context using Hapi': border('src/contexts/rewards/seed.ts', '@hapi/hapi', 'behind a port'),
  'a context using the queue itself': border('src/contexts/rewards/seed.ts', 'graphile-worker', 'behind a port'),
  'a context using a vendor': border('src/contexts/notifications/seed.ts', 'nodemailer', 'behind a port'),
  'a context using an adapter': border(
    'src/contexts/notifications/seed.ts',
    '../../../adapters/sms/sandbox.ts',
    'port',
  ),
  'a context using the HTTP platform': border('src/contexts/identity/seed.ts', '../../http/caller.ts', 'composition'),
  'a context reading the configuration': border('src/contexts/identity/seed.ts', '../../config.ts', 'composition'),
  'a context entering another one': border(
    'src/contexts/rewards/seed.ts',
    '../identity/account.ts',
    'identity/index.ts',
  ),
  'the composition entering a context': border('src/compose.ts', './contexts/identity/account.ts', 'identity/index.ts'),
  'a use case speaking in generated types': border(
    'src/contexts/rewards/create-bonus-campaign.ts',
    '../../contract/handlers.ts',
    'Only operations.ts',
  ),
  'the HTTP platform speaking in generated types': border(
    'src/http/seed.ts',
    '../contract/generated/types.ts',
    'Only operations.ts',
  ),
  'anything but compose.ts choosing an adapter': border(
    'src/http/seed.ts',
    '../../adapters/sms/sandbox.ts',
    'compose.ts',
  ),
  'an adapter using the database': border('adapters/sms/seed.ts', '../../src/database/connect.ts', 'only its port'),
  'an adapter using another one': border('adapters/sms/seed.ts', '../email/smtp.ts', 'never uses another'),
  'the kernel using the database': border(
    'src/shared/seed.ts',
    '../database/transaction.ts',
    'nothing else of Portico',
  ),
  'a port using a context': border('src/ports/seed.ts', '../contexts/rewards/index.ts', 'only src/shared'),
  'the platform knowing a context': border('src/jobs/seed.ts', '../contexts/rewards/index.ts', 'compose.ts'),
  'a program using the test harness': border('src/http/seed.ts', '../testing/database.ts', 'tests alone'),
  'a re-export across a border': {
    file: 'src/contexts/rewards/seed.ts',
    code: "export * from '../identity/account.ts';",
    rule: 'portico/border',
    says: 'identity/index.ts',
  },
  'a dynamic import across a border': {
    file: 'src/contexts/rewards/seed.ts',
    code: "export const lazy = () => import('../../../adapters/sms/sandbox.ts');",
    rule: 'portico/border',
    says: 'port',
  },
  'a statement on another context’s table': {
    file: 'src/contexts/rewards/seed-store.ts',
    code: 'export const sql = `select u.id\n  from\n identity.users u`;',
    rule: 'portico/own-schema',
    says: 'ask identity',
  },
  'a model on another context’s table': {
    file: 'src/contexts/rewards/models.ts',
    code: "export class User {\n  static tableName = 'identity.users';\n}",
    rule: 'portico/own-schema',
    says: 'ask identity',
  },
  'a cycle of imports': {
    file: 'src/database/models.ts',
    code: "export { connect } from './connect.ts';",
    rule: 'import-x/no-cycle',
    says: 'cycle',
  },
  'a default export': {
    file: 'src/shared/seed.ts',
    code: 'export default 1;',
    rule: 'import-x/no-default-export',
    says: 'named exports',
  },
  any: {
    file: 'src/shared/seed.ts',
    code: 'export const value = (given: any): unknown => given;',
    rule: '@typescript-eslint/no-explicit-any',
    says: 'Unexpected any',
  },
  'a non-null assertion': {
    file: 'src/shared/seed.ts',
    code: 'export const first = (list: readonly number[]): number => list[0]!;',
    rule: '@typescript-eslint/no-non-null-assertion',
    says: 'non-null',
  },
  'a rule switched off without a reason': {
    file: 'src/shared/seed.ts',
    code: '// eslint-disable-next-line @typescript-eslint/no-explicit-any\nexport type Whatever = any;',
    rule: 'portico/disable-with-reason',
    says: 'Say why',
  },
  'a file that is named after nothing': {
    file: 'src/shared/helpers.ts',
    code: 'export const one = 1;',
    rule: 'portico/file-name',
    says: 'Name the file',
  },
  'the environment read in the middle': {
    file: 'src/http/seed.ts',
    code: "export const port = process.env['PORT'];",
    rule: 'no-restricted-properties',
    says: 'Config',
  },
  'a file too long to read': {
    file: 'src/shared/seed.ts',
    code: 'export const one = 1;\n'.repeat(301).replaceAll(/one/g, () => `one`),
    rule: 'max-lines',
    says: 'too many lines',
  },
};

describe('The lint', () => {
  it.each(Object.entries(seeds))('finds %s', async (_name, { file, code, rule, says }) => {
    const found = await breaches(file, code);
    expect(found).toEqual(expect.arrayContaining([expect.stringMatching(new RegExp(`^${rule}: .*${says}`, 'is'))]));
  });

  it.each([
    ['src/contexts/rewards/operations.ts', '../../contract/handlers.ts'],
    ['src/contexts/rewards/create-bonus-campaign.ts', '../../contract/caller.ts'],
    ['src/contexts/rewards/create-bonus-campaign.ts', '../notifications/index.ts'],
    ['src/contexts/rewards/campaign-store.ts', '../../database/transaction.ts'],
    ['src/contexts/rewards/models.ts', 'objection'],
    ['src/compose.ts', '../adapters/sms/sandbox.ts'],
    ['adapters/sms/sandbox.ts', '../../src/ports/sms-sender.ts'],
    ['adapters/email/smtp.ts', 'nodemailer'],
    ['src/http/server.ts', '@hapi/hapi'],
  ])('lets %s import %s', async (file, specifier) => {
    expect(await breaches(file, `import type { Thing } from '${specifier}';\nexport type Own = Thing;`)).toEqual([]);
  });

  it('lets a context name its own tables', async () => {
    expect(
      await breaches('src/contexts/rewards/seed.ts', 'export const sql = `select 1 from rewards.wallets`;'),
    ).toEqual([]);
  });
});
