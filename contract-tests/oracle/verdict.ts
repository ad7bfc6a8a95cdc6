import type { Verdict } from '../schemathesis.ts';
import { knownDisagreements } from './known-disagreements.ts';
import type { Disagreement, Oracle } from './oracle.ts';

/** One test for the agreement on everything, one for each known disagreement: it must still occur. */
export function verdictOf(oracle: Pick<Oracle, 'disagreements' | 'judged'>): Verdict {
  const isKnown = (disagreement: Disagreement): boolean =>
    knownDisagreements.some(({ kind, pattern }) => kind === disagreement.kind && pattern.test(inWords(disagreement)));
  const kinds = new Map<string, { readonly first: Disagreement; count: number }>();
  for (const disagreement of oracle.disagreements.filter((each) => !isKnown(each))) {
    const key = `${disagreement.kind} ${disagreement.method} ${disagreement.status} ${disagreement.detail}`;
    const seen = kinds.get(key);
    if (seen === undefined) kinds.set(key, { first: disagreement, count: 1 });
    else seen.count += 1;
  }
  const unused = knownDisagreements.filter(
    ({ kind, pattern }) => !oracle.disagreements.some((each) => each.kind === kind && pattern.test(inWords(each))),
  );
  const failures = [
    ...[...kinds.values()].map(
      ({ first, count }) =>
        `${count} × ${first.kind}: ${inWords(first)}, Portico ${first.status}; ${first.body.slice(0, 300)}`,
    ),
    ...unused.map(({ pattern }) => `known disagreement ${String(pattern)} no longer occurs: remove it from the list`),
  ];
  const { requests, answers } = oracle.judged();
  if (requests === 0) failures.push('the oracle saw no request');
  return {
    passed: (kinds.size === 0 ? 1 : 0) + knownDisagreements.length - unused.length,
    failures,
    summary: `${requests} requests and ${answers} answers judged, ${knownDisagreements.length} known disagreements`,
  };
}

function inWords({ method, url, detail }: Disagreement): string {
  return `${method} ${url} → ${detail}`;
}
