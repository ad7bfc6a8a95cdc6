import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { bundleDocuments, readSources } from './bundle.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'portico-contract-'));
  await write('openapi.yaml', 'openapi: 3.1.1\ninfo:\n  title: T\n  version: 1.0.0\npaths: {}\ntags: []\n');
  await write('common.yaml', 'components:\n  schemas:\n    Id:\n      type: string\n');
});

afterEach(() => rm(directory, { recursive: true }));

function write(name: string, text: string): Promise<void> {
  return writeFile(join(directory, name), text);
}

function context(path: string, schema: string, reference = "'#/components/schemas/Thing'"): string {
  return `paths:
  ${path}:
    get:
      operationId: getThing
      responses:
        '200':
          description: It.
          content:
            application/json:
              schema:
                $ref: ${reference}
components:
  schemas:
    Thing:
      ${schema}
`;
}

describe('the documents', () => {
  test('become one, and the index lists their paths', async () => {
    await write('shop.yaml', context('/api/v1/things/{thingId}', 'type: object'));
    const sources = await readSources(directory);
    expect(sources.index).toContain(
      '  /api/v1/things/{thingId}:\n    $ref: shop.yaml#/paths/~1api~1v1~1things~1{thingId}\ntags: []',
    );
    expect(sources.writtenIndex).toBe(await readFile(join(directory, 'openapi.yaml'), 'utf8'));
    expect([...sources.contexts]).toEqual([['/api/v1/things/{thingId}', 'shop']]);
    const document = await bundleDocuments(sources);
    expect(Object.keys(document.paths)).toEqual(['/api/v1/things/{thingId}']);
    expect(document.components.schemas).toEqual({ Thing: { type: 'object' } });
  });

  test('of one context may be several, one for each theme', async () => {
    await write('shop.yaml', context('/a', 'type: object', 'common.yaml#/components/schemas/Id'));
    await write('shop.returns.yaml', context('/b', 'type: object', 'common.yaml#/components/schemas/Id'));
    const sources = await readSources(directory);
    expect([...sources.contexts]).toEqual([
      ['/b', 'shop'],
      ['/a', 'shop'],
    ]);
    expect(sources.index).toContain('$ref: shop.returns.yaml#/paths/~1b');
  });

  test('list the same paths however often they are read', async () => {
    await write('shop.yaml', context('/a', 'type: object'));
    await write('openapi.yaml', (await readSources(directory)).index);
    const again = await readSources(directory);
    expect(again.index).toBe(again.writtenIndex);
  });

  test('may share a component, which keeps its name', async () => {
    await write('shop.yaml', context('/a', 'type: object', 'common.yaml#/components/schemas/Id'));
    await write('club.yaml', context('/b', 'type: object', 'common.yaml#/components/schemas/Id'));
    expect((await bundleDocuments(await readSources(directory))).components.schemas).toEqual({
      Id: { type: 'string' },
    });
  });
});

describe('the documents are refused', () => {
  test('when two describe one path', async () => {
    await write('shop.yaml', context('/a', 'type: object'));
    await write('club.yaml', context('/a', 'type: object'));
    await expect(readSources(directory)).rejects.toThrow('/a stands in openapi/shop.yaml and in openapi/club.yaml.');
  });

  test('when two give one name to different things', async () => {
    await write('shop.yaml', context('/a', 'type: object'));
    await write('club.yaml', context('/b', 'type: string'));
    const sources = await readSources(directory);
    await expect(bundleDocuments(sources)).rejects.toThrow(/Thing/);
  });

  test('when one is no YAML, with the file and without the noise it causes', async () => {
    await write('shop.yaml', 'paths: [');
    await expect(readSources(directory)).rejects.toThrow(/^openapi\/shop\.yaml cannot be read/);
    await write('shop.yaml', context('/a', 'type: object', 'common.yaml#/components/schemas/Id'));
    await write('common.yaml', 'components: a: b');
    const sources = await readSources(directory);
    await expect(bundleDocuments(sources)).rejects.toThrow(/^[^\n]*common\.yaml[^\n]*$/);
  });

  test('when a reference leads nowhere', async () => {
    await write('shop.yaml', context('/a', 'type: object', 'common.yaml#/components/schemas/Missing'));
    await expect(readSources(directory).then(bundleDocuments)).rejects.toThrow(/shop\.yaml:\d+:\d+ .*Missing/);
  });
});
