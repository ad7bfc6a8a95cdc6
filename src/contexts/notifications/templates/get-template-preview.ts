import type { Database } from '../../../database/transaction.ts';
import { requireTimeZone } from '../preferences/require-time-zone.ts';
import { sampleOf } from './check-source.ts';
import { getTemplateVersion } from './list-template-versions.ts';
import { packSms } from './pack-sms.ts';
import type { PackedSms } from './pack-sms.ts';
import { providerText } from './provider-text.ts';
import { renderTemplate, UNSUBSCRIBE } from './render-template.ts';
import type { Rendered } from './render-template.ts';
import { estimateCosts } from './sms-price.ts';
import type { SmsPrice } from './sms-price.ts';
import { namesIn } from './placeholder.ts';
import type { VariableValue } from './template.ts';

/** What one provider would make of the text. */
export interface ProviderEstimate {
  readonly provider: string;
  readonly parts: number;
  /** Longer than it takes. */
  readonly tooLong: boolean;
  /** Per prefix that has a price: the whole text, all parts. */
  readonly costs: readonly SmsPrice[];
}

export interface SmsEstimate extends PackedSms {
  /** The configured ones in failover order. */
  readonly providers: readonly ProviderEstimate[];
}

export interface TemplatePreview {
  readonly rendered: Rendered;
  /** Null for an e-mail. */
  readonly sms: SmsEstimate | null;
}

export interface PreviewDependencies {
  readonly database: Database;
  readonly smsProviders: readonly string[];
  readonly smsPrices: readonly SmsPrice[];
}

export interface PreviewQuery {
  readonly versionId: string;
  readonly locale: string | undefined;
  readonly timeZone: string | undefined;
  /** Variables that are not given show their samples. */
  readonly values: readonly VariableValue[];
}

/**
 * Shows what somebody would get from a version, draft or published, and what an SMS of it would be on its way. Sends nothing.
 *
 * @throws Problem 404; 409 `template-values-invalid`, `message-too-long`
 */
export async function getTemplatePreview(
  { database, smsProviders, smsPrices }: PreviewDependencies,
  { versionId, locale, timeZone, values }: PreviewQuery,
): Promise<TemplatePreview> {
  const { version, template } = await getTemplateVersion({ database }, versionId);
  if (timeZone !== undefined) requireTimeZone(timeZone);
  const given = new Set(values.map(({ name }) => name));
  const samples = version.variables.filter(({ name }) => !given.has(name)).map(sampleOf);
  const { channel } = template;
  const linked = version.contents.some(({ text, html = '' }) => namesIn(`${text}${html}`).has(UNSUBSCRIBE));
  const rendered = renderTemplate(
    { ...version, channel },
    {
      ...{ locale, timeZone },
      values: [...values, ...samples],
      ...(linked ? { unsubscribeUrl: 'https://example.com/unsubscribe' } : {}),
    },
  );
  if (channel !== 'sms') return { rendered, sms: null };
  const { text } = rendered;
  const providers = smsProviders.map((provider): ProviderEstimate => {
    const { sizes, longest } = providerText(provider);
    const packed = packSms(text, sizes);
    const costs = estimateCosts(packed, smsPrices);
    return { provider, parts: packed.parts.length, tooLong: text.length > longest, costs };
  });
  return { rendered, sms: { ...packSms(text), providers } };
}
