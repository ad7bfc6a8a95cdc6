/** Writes schemathesis' configuration from the bundle, so that no operation is ever forgotten in it. */
import type { Exclusion } from './exclusions.ts';
import { resolvedOperations } from './document.ts';
import type { OpenApiDocument, ResolvedOperation } from './document.ts';

/** What one operation may answer beyond the defaults of a check, and why. */
interface OperationRules {
  readonly operationId: string;
  /** TOML lines below `[[operations]]`. */
  readonly lines: readonly string[];
}

export interface ConfigOptions {
  /** Generated cases per operation and phase. */
  readonly maxExamples: number;
  readonly exclusions: readonly Exclusion[];
}

const common = (maxExamples: number): string => `\
hooks = "hooks"
continue-on-failure = true
workers = 1
request-timeout = 10
# Nothing is learned between runs: the same code gets the same verdict.
cache.enabled = false
generation = { max-examples = ${maxExamples}, deterministic = true, database = "none" }
# Operations without examples would be skipped silently.
phases.examples.fill-missing = true
warnings.fail-on = true
checks.missing_required_header.expected-statuses = [400, 401, 403, 406, 422, 428]
`;

/** @returns the text of a schemathesis.toml for every operation of the document. */
export function schemathesisConfig(document: OpenApiDocument, { maxExamples, exclusions }: ConfigOptions): string {
  const rules = resolvedOperations(document)
    .map((operation) => rulesOf(operation, exclusions))
    .filter(({ lines }) => lines.length > 0);
  const blocks = rules.map(({ operationId, lines }) =>
    ['', '[[operations]]', `include-operation-id = "${operationId}"`, ...lines, ''].join('\n'),
  );
  return common(maxExamples) + blocks.join('');
}

function rulesOf(operation: ResolvedOperation, exclusions: readonly Exclusion[]): OperationRules {
  const has = (place: string, name: string): boolean =>
    operation.parameters.some((parameter) => parameter.in === place && parameter.name === name);
  const lines: string[] = [];
  const accepted = ['"2xx"', '"3xx"', 401, 403, 404, 409, 429];
  // A tag from an earlier step of a sequence may be stale by now.
  if (has('header', 'If-Match')) accepted.push(412);
  // A made-up cursor has a valid form; hooks.py makes sure that nothing else hides behind this 400.
  if (has('query', 'cursor')) accepted.push(400);
  if (accepted.length > 7) {
    lines.push(`checks.positive_data_acceptance.expected-statuses = [${accepted.join(', ')}]`);
  }
  if ('text/event-stream' in (operation.responses['200']?.content ?? {})) lines.push('max-stream-events = 3');
  for (const { check, reason } of exclusions.filter(({ operationId }) => operationId === operation.operationId)) {
    lines.push(`# ${reason}`, check === 'all' ? 'enabled = false' : `checks.${check}.enabled = false`);
  }
  return { operationId: operation.operationId, lines };
}
