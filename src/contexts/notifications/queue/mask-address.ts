/**
 * An address that can be recognised by those who know it and by nobody else: the first letter and the domain of an e-mail
 * address, the last four digits of a number.
 */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  if (at > 0) return `${address.slice(0, 1)}***${address.slice(at)}`;
  return address.startsWith('+') ? `+***${address.slice(-4)}` : address;
}
