import type { Verdict } from '../schemathesis.ts';
import { knownDisagreements } from './known-disagreements.ts';
import type { KnownDisagreement } from './known-disagreements.ts';
import type { Disagreement, Oracle } from './oracle.ts';

/**
 * One test for the agreement on everything, one for each known disagreement: it must still occur; one for the number of
 * messages, when `atLeast` asks for it.
 */
export function verdictOf(
  oracle: Pick<Oracle, 'disagreements' | 'judged'>,
  { atLeast = 1, known = knownDisagreements }: VerdictOptions = {},
): Verdict {
  const { requests, answers, past } = oracle.judged();
  const explained = oracle.disagreements.filter((each) => known.some((entry) => matches(entry, each)));
  const kinds = new Map<string, { readonly first: Disagreement; count: number }>();
  for (const disagreement of oracle.disagreements.filter((each) => !explained.includes(each))) {
    const key = `${disagreement.kind} ${disagreement.method} ${disagreement.status} ${disagreement.detail}`;
    const seen = kinds.get(key);
    if (seen === undefined) kinds.set(key, { first: disagreement, count: 1 });
    else seen.count += 1;
  }
  const unused = known.filter((entry) => !oracle.disagreements.some((each) => matches(entry, each)));
  const tooFew = requests + answers < atLeast;
  const failures = [
    ...[...kinds.values()].map(({ first, count }) => `${count} × ${inWords(first)}`),
    ...unused.map(({ what }) => `known disagreement "${what}" no longer occurs: remove it from the list`),
    ...(tooFew ? [`${requests + answers} messages judged, at least ${atLeast} are needed`] : []),
  ];
  return {
    passed: (kinds.size === 0 ? 1 : 0) + known.length - unused.length + (tooFew ? 0 : 1),
    failures,
    summary:
      `${requests} requests and ${answers} answers judged, ${past} requests went past; ` +
      `${oracle.disagreements.length - explained.length} disagreements, ` +
      `and ${explained.length} explained by ${known.length} reasons`,
  };
}

export interface VerdictOptions {
  /** So many messages, requests and answers together, make the verdict worth something. */
  readonly atLeast?: number;
  readonly known?: readonly KnownDisagreement[];
}

function matches({ kind, is }: KnownDisagreement, disagreement: Disagreement): boolean {
  return kind === disagreement.kind && is(disagreement);
}

function inWords({ kind, method, url, detail, status, contentType, encoding, body, sender }: Disagreement): string {
  const type = [contentType, encoding].filter((part) => part !== '').join(', ');
  return `${kind}: ${method} ${url}${type === '' ? '' : ` (${type})`} → ${detail}, Portico ${status}; ${body.slice(0, 300)} [${sender}]`;
}
