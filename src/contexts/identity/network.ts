import { isIPv6 } from 'node:net';

/** The address without IPv6's wrapping of IPv4, so that one client has one name: `::ffff:203.0.113.7` → `203.0.113.7`. */
export function plainAddress(ip: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip) ?? [];
  return mapped ?? ip;
}

/**
 * The block an address belongs to: what one customer of a provider usually has.
 *
 * @returns a /24 for IPv4, a /64 for IPv6: `203.0.113.0/24`, `2001:db8:1:2::/64`
 */
export function networkOf(ip: string): string {
  const address = plainAddress(ip);
  if (!isIPv6(address)) return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  const [head = '', tail] = address.split('%', 1).join('').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(Math.max(0, zeros)).fill('0'), ...right].slice(0, 4);
  return `${groups.map((group) => parseInt(group, 16).toString(16)).join(':')}::/64`;
}
