import type { IncomingMessage } from 'node:http';
import { expect, test } from '@jest/globals';
import { addressKey, clientAddress } from './client-address.ts';

function from(remoteAddress: string, forwarded?: string): IncomingMessage {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
}

test.each<[string, readonly string[], string, string | undefined, string]>([
  ['a direct caller', [], '203.0.113.7', undefined, '203.0.113.7'],
  ['IPv4 on a socket for both', [], '::ffff:203.0.113.7', undefined, '203.0.113.7'],
  ['a header nobody vouches for', [], '203.0.113.7', '198.51.100.1', '203.0.113.7'],
  ['a header from a stranger', ['10.0.0.0/8'], '203.0.113.7', '198.51.100.1', '203.0.113.7'],
  ['a header from our proxy', ['10.0.0.0/8'], '10.1.2.3', '198.51.100.1', '198.51.100.1'],
  ['a forged beginning', ['10.0.0.0/8'], '10.1.2.3', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
  ['two proxies of ours', ['10.0.0.0/8'], '10.1.2.3', '198.51.100.1, 10.9.9.9', '198.51.100.1'],
  ['nothing but proxies', ['10.0.0.0/8'], '10.1.2.3', '10.9.9.9', '10.1.2.3'],
  ['a header that is no address', ['10.0.0.0/8'], '10.1.2.3', 'unknown', '10.1.2.3'],
  ['IPv6', ['2001:db8::/32'], '2001:db8::1', '2a00:1450:4001::5', '2a00:1450:4001::5'],
  ['one address as the range', ['127.0.0.1'], '127.0.0.1', '198.51.100.1', '198.51.100.1'],
])('%s', (_name, trusted, remote, forwarded, expected) => {
  expect(clientAddress(trusted)(from(remote, forwarded))).toBe(expected);
});

test.each(['nonsense', '10.0.0.0/33', '10.0.0.0/-1', '2001:db8::/129', ''])('"%s" is no proxy', (entry) => {
  expect(() => clientAddress([entry])).toThrow(/TRUSTED_PROXIES/);
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('limits count %s as %s', (address, key) => {
  expect(addressKey(address)).toBe(key);
});
