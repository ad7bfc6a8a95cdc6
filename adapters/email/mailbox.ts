/** Exactly one mailbox: what could be read as a list would become several recipients. */
const ONE_ADDRESS = /^[^\s,;:<>()"@]+@[^\s,;:<>()"@]+$/;

export function isOneAddress(address: string): boolean {
  return ONE_ADDRESS.test(address);
}

export const notOneAddress = {
  outcome: 'rejected',
  code: 'invalid-address',
  detail: 'not one e-mail address',
} as const;

/** Who writes: `Portico <no-reply@example.org>`, or an address alone. */
export function parseMailbox(text: string): { readonly name: string; readonly address: string } {
  const [, name = '', address = text] = /^\s*(.*?)\s*<([^<>]+)>\s*$/.exec(text) ?? [];
  return { name: name.replace(/^"(.*)"$/, '$1'), address };
}
