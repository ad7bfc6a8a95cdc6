/**
 * What a provider says about the person who has just logged in there. Whether it may be believed is not the provider's to
 * say: which providers are trusted with what is configuration.
 */
export interface SocialPerson {
  /** Who vouches: the `iss` of OpenID Connect, or the address that stands for a provider without it. */
  readonly issuer: string;
  /** The person's id at this issuer, 1 to 255 characters. With the issuer the only key of an identity: addresses and numbers are re-assigned. */
  readonly subject: string;
  /** Another id the provider has for the person, where `subject` is one for us alone (Telegram's account number). */
  readonly account?: string;
  /** `verified` only if the provider says so by the boolean `true`, and is the one who can know. */
  readonly email?: { readonly address: string; readonly verified: boolean };
  /** As the provider writes it; `verified` only by the boolean `true`. */
  readonly phone?: { readonly number: string; readonly verified: boolean };
}

/** One person's way to the provider. */
export interface AuthorizationRequest {
  /** Comes back with the person; at least 32 random bytes. */
  readonly state: string;
  /** Comes back inside the ID token, where there is one. */
  readonly nonce: string;
  /** PKCE, S256: base64url(SHA-256(verifier)). */
  readonly codeChallenge: string;
  /** Where the person comes back to: absolute, without query and fragment. */
  readonly redirectUri: string;
  /** Who the person probably is, to spare them typing it. */
  readonly loginHint?: string | undefined;
}

/** What the person came back with, and what their way there began with. */
export interface AuthorizationAnswer {
  readonly code: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  /** The parameter `iss` (RFC 9207). */
  readonly issuer?: string | undefined;
  /** The parameter `device_id`, which VK ID demands back. */
  readonly deviceId?: string | undefined;
}

export type AuthorizationOutcome =
  | { readonly outcome: 'ready'; readonly url: string }
  /** The provider cannot be asked; nothing is wrong with the request. */
  | { readonly outcome: 'unavailable'; readonly detail: string };

export type IdentificationOutcome =
  | { readonly outcome: 'identified'; readonly person: SocialPerson }
  /** The code was not good, or the answer does not belong to this request: forged, replayed, expired, for somebody else. */
  | { readonly outcome: 'refused'; readonly detail: string }
  | { readonly outcome: 'unavailable'; readonly detail: string };

/**
 * A provider that people log in with. Never throws for anything the provider does: it is an outcome, whose `detail` is for
 * operators and holds no token, code, address or number. What the provider issues (access, refresh and ID tokens) does not
 * leave the adapter.
 */
export interface SocialLoginProvider {
  /** As configuration and the API spell it: `google`. */
  readonly name: string;
  /** What a button says: `Google`. */
  readonly title: string;
  authorize(request: AuthorizationRequest): Promise<AuthorizationOutcome>;
  /** Uses the code up and finds out who it is. */
  identify(answer: AuthorizationAnswer): Promise<IdentificationOutcome>;
}
