import type { Unsubscription } from './create-unsubscription.ts';

/** What the page may load and send: its own style, and its own button. */
export const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";

/** The page behind the link of a mail: a button before, a confirmation after. The address is shown in part only. */
export function unsubscribePage({ address, done }: Unsubscription): string {
  const to = escaped(masked(address));
  const body = done
    ? `<p>No more marketing goes to <b>${to}</b>. Messages about your account still do.</p>`
    : `<p>Stop all marketing to <b>${to}</b>?</p><form method="post"><button>Unsubscribe</button></form>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${done ? 'Unsubscribed' : 'Unsubscribe'}</title>
<style>body { font: 1.1rem/1.5 system-ui; max-width: 30rem; margin: 15vh auto; padding: 0 1rem } button { font: inherit; padding: .5em 1.5em }</style>
<main><h1>${done ? 'Unsubscribed' : 'Unsubscribe'}</h1>${body}</main>
</html>
`;
}

/** `s…@example.com`, `+9891…67`: enough for its owner, useless for whoever the mail was forwarded to. */
function masked(address: string): string {
  const at = address.lastIndexOf('@');
  return at > 0 ? `${address.slice(0, 1)}…${address.slice(at)}` : `${address.slice(0, 5)}…${address.slice(-2)}`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
