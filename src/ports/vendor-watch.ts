/** Where a vendor said something that our map of its codes does not know. */
export type VendorSpeech = 'send' | 'report' | 'look-up';

/**
 * Told of what a person must see to: nothing that repeats by itself ends it. Must not throw. Codes are the vendor's, cut to
 * letters, digits, `-`, `_` and `.`, so that nothing personal or secret passes.
 */
export interface VendorWatch {
  /** The vendor answers in a code nobody has mapped: read its documentation and extend the map. */
  unmapped(event: { readonly vendor: string; readonly where: VendorSpeech; readonly code: string }): void;
  /** The vendor refuses every message of this installation: credentials, credit, sender, plan. */
  misconfigured(event: { readonly vendor: string; readonly code: string }): void;
}
