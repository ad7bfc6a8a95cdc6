import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { routes } from '../src/contract/generated/routes.ts';
import { nginxConf } from './nginx-conf.ts';
import { placesOf } from './places.ts';
import { defaultSettings, gatewaySettings } from './settings.ts';
import { faultOf } from './start-nginx.ts';

test('the committed example is what the contract gives now', () => {
  const committed = readFileSync(join(import.meta.dirname, 'nginx.conf'), 'utf8');
  if (committed !== nginxConf(routes, defaultSettings)) {
    throw new Error('gateway/nginx.conf is stale: run "npm run gateway" and commit it with the documents.');
  }
});

test('nginx takes it, with every context elsewhere', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-gateway-'));
  try {
    const settings = gatewaySettings({
      folder,
      accessLog: join(folder, 'access.log'),
      listen: '127.0.0.1:8000',
      upstreams: {
        default: ['127.0.0.1:8080'],
        identity: ['127.0.0.1:8081', '127.0.0.1:8082'],
        rewards: ['[::1]:8083'],
      },
      trustedProxies: ['10.0.0.0/8', '::1'],
    });
    const conf = join(folder, 'nginx.conf');
    writeFileSync(conf, nginxConf(routes, settings));
    expect(faultOf(conf)).toBeNull();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('places', () => {
  const places = placesOf(routes);

  test('are all paths of the contract but the internal ones', () => {
    const paths = new Set(routes.filter(({ internal }) => !internal).map(({ path }) => path));
    expect(new Set(places.map(({ path }) => path))).toEqual(paths);
    expect(places.map(({ path }) => path)).not.toContain('/metrics');
  });

  test('put literal segments before parameters', () => {
    const order = places.map(({ path }) => path);
    expect(order.indexOf('/api/v1/users/profile')).toBeLessThan(order.indexOf('/api/v1/users/{userId}'));
    expect(order.indexOf('/api/v1/dead-letters/redrive')).toBeLessThan(
      order.indexOf('/api/v1/dead-letters/{deadLetterId}'),
    );
  });

  test('cache what is public and declares it, and nothing else', () => {
    expect(places.filter(({ cacheable }) => cacheable).map(({ path }) => path)).toEqual([
      '/.well-known/jwks.json',
      '/api/v1/catalog/products',
      '/api/v1/catalog/products/{productSlug}',
    ]);
  });
});

describe('settings', () => {
  test.each<[string, Record<string, unknown>]>([
    ['an unknown member', { upstream: [] }],
    ['nginx code in an address', { upstreams: { default: ['127.0.0.1:1; deny all'] } }],
    ['no default upstream', { upstreams: { identity: ['127.0.0.1:1'] } }],
    ['no address', { upstreams: { default: [] } }],
    ['nginx code in a path', { folder: '/tmp; deny all' }],
    ['TLS without a certificate', { listen: '443 ssl' }],
  ])('with %s are refused', (_, given) => {
    expect(() => gatewaySettings(given)).toThrow(/The gateway/);
  });

  test('for a context that does not exist are refused', () => {
    const settings = gatewaySettings({ upstreams: { default: ['127.0.0.1:1'], rewardz: ['127.0.0.1:2'] } });
    expect(() => nginxConf(routes, settings)).toThrow('There is no context rewardz');
  });
});
