/** What the reports of schemathesis and Jest say about which checks failed. */

/** The part of schemathesis' NDJSON events that decides. */
interface SchemathesisEvent {
  readonly ScenarioFinished?: {
    readonly recorder: {
      readonly checks?: Readonly<Record<string, readonly { readonly name: string; readonly status: string }[]>>;
    };
  };
}

/** The names of the checks that failed, the most frequent first. */
export function failedChecks(ndjson: string): string[] {
  const counts = new Map<string, number>();
  for (const line of ndjson.split('\n').filter((text) => text !== '')) {
    const { ScenarioFinished: scenario } = JSON.parse(line) as SchemathesisEvent;
    for (const checks of Object.values(scenario?.recorder.checks ?? {})) {
      for (const { name, status } of checks) {
        if (status === 'failure') counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
  }
  return [...counts].toSorted(([, one], [, other]) => other - one).map(([name]) => name);
}

/** The part of Jest's `--json` report that decides. */
export interface JestReport {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
      readonly failureDetails: readonly { readonly matcherResult?: unknown }[];
    }[];
  }[];
}

/** How a test ended. `broken`: it failed, but not because it expected something else. */
export interface TestOutcome {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'broken';
  readonly why: string;
}

/** Every test that was run; those that a name pattern left out are not among them. */
export function testOutcomes({ testResults }: JestReport): TestOutcome[] {
  return testResults.flatMap(({ message, assertionResults }) => {
    if (assertionResults.length === 0) return [{ name: 'the file', outcome: 'broken', why: message } as const];
    return assertionResults
      .filter(({ status }) => status === 'passed' || status === 'failed')
      .map(({ fullName, status, failureMessages, failureDetails }): TestOutcome => {
        const expected = failureDetails.some((detail) => detail.matcherResult !== undefined);
        const outcome = status === 'passed' ? 'passed' : expected ? 'failed' : 'broken';
        return { name: fullName, outcome, why: failureMessages.join('\n').slice(0, 1_000) };
      });
  });
}
