import { standardSizes } from './pack-sms.ts';
import type { PartSizes } from './pack-sms.ts';

/** What a provider makes of a text. */
export interface ProviderText {
  readonly sizes: PartSizes;
  /** Characters that it takes at most. */
  readonly longest: number;
}

/** By the provider's name. Kavenegar's own page counts 140 characters for one Latin part, so it is counted as bytes there. */
const peculiar: Readonly<Record<string, ProviderText>> = {
  twilio: { sizes: standardSizes, longest: 1_600 },
  kavenegar: { sizes: { ...standardSizes, gsm7: { single: 140, joined: 134 } }, longest: 900 },
};

const usual: ProviderText = { sizes: standardSizes, longest: 1_600 };

/** How a provider counts and limits texts; as the standard says where nothing else is known. */
export function providerText(name: string): ProviderText {
  return peculiar[name] ?? usual;
}
