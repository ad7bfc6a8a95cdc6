import { createHash } from 'node:crypto';
import { callVendor, isObject, parseObject, textOf } from '../vendor-call.ts';
import type { VendorAnswer } from '../vendor-call.ts';

export interface KavenegarAccount {
  /** Stands in the path of every call: no URL of Kavenegar may be logged. */
  readonly apiKey: string;
  /** Default: Kavenegar's own. */
  readonly url?: string | undefined;
}

/** One answer of Kavenegar: the status of the call and what it says about each message. */
export interface KavenegarAnswer {
  readonly status: string;
  readonly entries: readonly Readonly<Record<string, unknown>>[];
}

/** Calls a method of the API by POST. @returns the answer as it came, and its contents if it is one of Kavenegar's. */
export async function callKavenegar(
  { apiKey, url = 'https://api.kavenegar.com' }: KavenegarAccount,
  method: string,
  fields: Readonly<Record<string, string>>,
  options: { readonly signal: AbortSignal; readonly traceparent?: string | undefined },
): Promise<{ readonly answer: VendorAnswer; readonly read: KavenegarAnswer | undefined }> {
  const answer = await callVendor({
    method: 'POST',
    url: `${url}/v1/${encodeURIComponent(apiKey)}/${method}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams(fields).toString(),
    ...options,
  });
  return { answer, read: answer.kind === 'answered' ? readAnswer(answer.text) : undefined };
}

function readAnswer(text: string): KavenegarAnswer | undefined {
  const body = parseObject(text);
  const result = body?.['return'];
  const status = isObject(result) ? textOf(result['status']) : undefined;
  if (status === undefined) return undefined;
  const entries = body?.['entries'];
  return { status, entries: Array.isArray(entries) ? entries.filter(isObject) : [] };
}

/**
 * The `localid` of a reference: 63 bits of its SHA-256, as a decimal number. Among a hundred million messages two share one
 * with a chance of 1 : 2,000; the sender notices, because the stored record is then another recipient's.
 */
export function localIdOf(reference: string): string {
  return (createHash('sha256').update(reference).digest().readBigUInt64BE() >> 1n).toString();
}
