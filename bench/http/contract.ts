/**
 * Portico's source with another contract: one operation, the request of this benchmark. The generator and every line of the
 * HTTP platform are the real ones; they stand in a folder of their own because generated code is found beside them.
 */
import { generateKeyPairSync } from 'node:crypto';
import { cp, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { answerSchema, bodySchema } from './shape.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const operationId = 'placeOrder';

/** Where in the folder the private key stands that signs access tokens: processes that share a port share it. */
export const signingKeyFile = 'signing-key.pem';

/** @returns the folder: src, generated code included, and a key. */
export async function createContractFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'portico-bench-'));
  const openapi = path.join(folder, 'openapi');
  await mkdir(openapi);
  await cp(path.join(root, 'src'), path.join(folder, 'src'), { recursive: true });
  await cp(path.join(root, 'package.json'), path.join(folder, 'package.json'));
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  for (const file of ['openapi.yaml', 'common.yaml']) {
    await cp(path.join(root, 'openapi', file), path.join(openapi, file));
  }
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(path.join(folder, signingKeyFile), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  // JSON is YAML.
  await writeFile(path.join(openapi, 'shops.yaml'), JSON.stringify(document));
  const generator = (await import(path.join(folder, 'src/contract/generator/run.ts'))) as {
    run(options: { root: string; mode: 'build' }): Promise<number>;
  };
  if ((await generator.run({ root: folder, mode: 'build' })) !== 0) throw new Error('the contract was not generated');
  return folder;
}

const shared = (kind: string, name: string): object => ({ $ref: `common.yaml#/components/${kind}/${name}` });
const line = { ...bodySchema.properties.lines.items };
const withLines = (schema: typeof bodySchema | typeof answerSchema): object => ({
  ...schema,
  properties: {
    ...schema.properties,
    lines: { ...schema.properties.lines, items: { $ref: '#/components/schemas/OrderLine' } },
  },
});

const document = {
  paths: {
    '/shops/{shopId}/orders': {
      post: {
        operationId,
        tags: ['Service'],
        summary: 'Place an order',
        description: 'The request of the benchmark.',
        security: [{ bearerAuth: ['profile:write'] }],
        'x-rate-limit': 'write',
        'x-no-idempotency-key': 'the benchmark has no database',
        parameters: [
          { name: 'shopId', in: 'path', required: true, schema: shared('schemas', 'Id') },
          {
            name: 'channel',
            in: 'query',
            required: false,
            style: 'form',
            explode: true,
            schema: { type: 'string', enum: ['web', 'app'] },
          },
        ],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/OrderCreate' } } },
        },
        responses: {
          '201': {
            description: 'Placed.',
            headers: {
              'X-Request-Id': shared('headers', 'X-Request-Id'),
              RateLimit: shared('headers', 'RateLimit'),
              'RateLimit-Policy': shared('headers', 'RateLimit-Policy'),
            },
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
          },
          '400': shared('responses', 'BadRequest'),
        },
      },
    },
  },
  components: {
    schemas: { OrderLine: line, OrderCreate: withLines(bodySchema), Order: withLines(answerSchema) },
  },
};
