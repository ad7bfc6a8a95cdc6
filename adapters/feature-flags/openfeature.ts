import { ErrorCode, OpenFeature, StandardResolutionReasons } from '@openfeature/server-sdk';
import type { Client, EvaluationContext, JsonValue, Provider, ResolutionDetails } from '@openfeature/server-sdk';
import type { FeatureFlags, FlagDecision, FlagSource, FlagSubject } from '../../src/ports/feature-flags.ts';

const reasons: Readonly<Record<FlagDecision['reason'], string>> = {
  disabled: StandardResolutionReasons.DISABLED,
  rule: StandardResolutionReasons.TARGETING_MATCH,
  share: StandardResolutionReasons.SPLIT,
  default: StandardResolutionReasons.DEFAULT,
};

/**
 * Flags of a source as an OpenFeature provider. A switch is a flag whose variants are `on` and `off`; what somebody was
 * treated by is told to the source as soon as it is resolved.
 */
export function createFlagProvider(source: FlagSource): Provider {
  async function resolve<Value>(
    key: string,
    fallback: Value,
    context: EvaluationContext,
    valueOf: (variant: string) => Value | undefined,
  ): Promise<ResolutionDetails<Value>> {
    const subject = subjectOf(context);
    const decision = source.decide(key, subject);
    if (decision === undefined) return failed(fallback, ErrorCode.FLAG_NOT_FOUND);
    const value = valueOf(decision.variant);
    if (value === undefined) return failed(fallback, ErrorCode.TYPE_MISMATCH);
    await source.expose(key, subject, decision);
    return { value, variant: decision.variant, reason: reasons[decision.reason] };
  }
  const noNumbers = <Value>(fallback: Value): Promise<ResolutionDetails<Value>> =>
    Promise.resolve(failed(fallback, ErrorCode.TYPE_MISMATCH));
  return {
    metadata: { name: 'portico' },
    runsOn: 'server',
    resolveBooleanEvaluation: (key, fallback, context) => resolve(key, fallback, context, switchOf),
    resolveStringEvaluation: (key, fallback, context) => resolve(key, fallback, context, (variant) => variant),
    resolveNumberEvaluation: (_key, fallback) => noNumbers(fallback),
    resolveObjectEvaluation: <Value extends JsonValue>(_key: string, fallback: Value) => noNumbers(fallback),
  };
}

/**
 * The flags of a source by OpenFeature.
 *
 * @param domain the source's own: two of one name in a process would answer for each other
 */
export function createOpenFeatureFlags(source: FlagSource, { domain }: { readonly domain: string }): FeatureFlags {
  OpenFeature.setProvider(domain, createFlagProvider(source));
  const client: Client = OpenFeature.getClient(domain);
  return {
    isOn: (key, fallback, subject) => client.getBooleanValue(key, fallback, contextOf(subject)),
    variantOf: (key, fallback, subject) => client.getStringValue(key, fallback, contextOf(subject)),
  };
}

function switchOf(variant: string): boolean | undefined {
  return variant === 'on' ? true : variant === 'off' ? false : undefined;
}

function failed<Value>(value: Value, errorCode: ErrorCode): ResolutionDetails<Value> {
  return { value, errorCode, reason: StandardResolutionReasons.ERROR };
}

function contextOf({ userId, attributes }: FlagSubject): EvaluationContext {
  const copied = Object.entries(attributes ?? {}).map(([name, value]): [string, string | string[]] => [
    name,
    typeof value === 'string' ? value : [...value],
  ]);
  return { ...Object.fromEntries(copied), ...(userId === null ? {} : { targetingKey: userId }) };
}

function subjectOf({ targetingKey = '', ...context }: EvaluationContext): FlagSubject {
  const attributes = Object.entries(context).flatMap(([name, value]): [string, string | readonly string[]][] => {
    if (typeof value === 'string') return [[name, value]];
    return Array.isArray(value) ? [[name, value.filter((item) => typeof item === 'string')]] : [];
  });
  return { userId: targetingKey === '' ? null : targetingKey, attributes: Object.fromEntries(attributes) };
}
