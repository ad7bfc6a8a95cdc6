import { BlockList, isIP, isIPv6 } from 'node:net';
import type { IncomingMessage } from 'node:http';

/** Tells a request's true sender. */
export type ClientAddress = (req: IncomingMessage) => string;

/**
 * @param trustedProxies addresses or CIDR ranges whose X-Forwarded-For is believed. With none, the header is ignored: anyone
 *   could otherwise pick the address that rate limits count.
 * @throws when an entry is neither an address nor a range.
 */
export function clientAddress(trustedProxies: readonly string[]): ClientAddress {
  const trusted = new BlockList();
  for (const entry of trustedProxies) addRange(trusted, entry);
  const isTrusted = (address: string) => trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  return (req) => {
    const peer = plain(req.socket.remoteAddress ?? '');
    const forwarded = req.headers['x-forwarded-for'];
    if (trustedProxies.length === 0 || forwarded === undefined || !isTrusted(peer)) return peer;
    // Nearest hop last. The first address that is not one of our proxies was seen by a proxy we trust.
    const hops = String(forwarded)
      .split(',')
      .map((hop) => plain(hop.trim()));
    for (const hop of hops.reverse()) {
      if (isIP(hop) === 0) return peer;
      if (!isTrusted(hop)) return hop;
    }
    return peer;
  };
}

function addRange(list: BlockList, entry: string): void {
  const [address = '', bits] = entry.split('/');
  const family = isIP(address);
  const prefix = bits === undefined ? (family === 6 ? 128 : 32) : Number(bits);
  if (family === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > (family === 6 ? 128 : 32)) {
    throw new Error(`TRUSTED_PROXIES: "${entry}" is not an IP address or range such as 10.0.0.0/8.`);
  }
  list.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4');
}

/** IPv4 arrives as ::ffff:127.0.0.1 on sockets that listen on both families. */
function plain(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/** What a limit counts by: an IPv4 address, or the /64 of an IPv6 address, which is what one customer is given. */
export function addressKey(address: string): string {
  if (!address.includes(':') || !isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - last.length);
  const all = [...groups, ...Array.from({ length: zeros }, () => '0'), ...last];
  return `${all.slice(0, 4).join(':')}::/64`;
}
