// What to do about a refusal, in one sentence for each reason; and what each provider calls it.

import type { PresetName } from './presets.ts'

/** What to do when the door refuses a token for this reason. */
export const DOOR_REMEDIES: Readonly<Record<string, string>> = {
  algorithm_refused:
    'Set algorithms to what the issuer signs with, or let it sign with ES256 or RS256',
  audience_mismatch:
    'Let the issuer put your app into the audience, or write the audience that your tokens have',
  claim_invalid: 'The claim that is named has a value that no such token has; look into it',
  claim_missing: 'Let the issuer put the claim that is named into the token',
  endpoint_elsewhere: 'Write the endpoint into the settings: its metadata alone is not believed',
  endpoint_missing: 'Write the endpoint into the settings: its metadata names none',
  issuer_mismatch: 'Write the issuer as the token spells it, or get a token of this issuer',
  issuer_mismatch_metadata: 'Write the issuer as its metadata spells it',
  key_unknown:
    'The issuer does not publish the key that signed this token: is it a token of this issuer?',
  metadata_missing: 'Is a path missing from the issuer? Write jwksUri if it has no metadata',
  signature_invalid: 'The token was changed on the way, or another issuer made it: get a new one',
  token_expired: 'Get a new token and ask again',
  token_inactive: 'The issuer says that the token is over: get a new one and ask again',
  token_malformed:
    'The token is opaque: write opaqueTokens, or let the issuer give JWTs to this client',
  token_not_yet_valid: 'Set the clock of this machine',
  type_refused:
    'Send the access token and not the ID token; if it is the access token, let the issuer write the type at+jwt (RFC 9068)',
}

/** What to do when the issuer refuses an exchange for this reason. */
export const EXCHANGE_REMEDIES: Readonly<Record<string, string>> = {
  exchange_access_denied:
    'Its policy does not allow this client to exchange this token: change it there',
  exchange_client_refused:
    'Check the client id and its secret, and allow the client the grant token exchange at the issuer',
  exchange_consent_required:
    'Let an administrator, or the person, agree there that the app may use the server',
  exchange_failed: 'Look into the log of the issuer',
  exchange_grant_refused: 'The sign-in of this token has ended: get a new token and ask again',
  exchange_interaction_required:
    'The issuer wants a stronger sign-in: sign in that way, and ask again',
  exchange_invalid_request:
    'The issuer wants to be asked in another way, or does not exchange tokens for this client: allow it there',
  exchange_scope_refused: 'Let the issuer know the scopes, and allow them to this client',
  exchange_scope_widened:
    'Take the scopes that nobody asked for off the client, or set allowScopes',
  exchange_target_refused: 'Let the issuer know the server: its URL, or what --target names',
}

/** What a provider calls the setting that puts an app into the audience. */
export const AUDIENCE_AT: Partial<Readonly<Record<PresetName, string>>> = {
  auth0:
    'At Auth0: create an API whose identifier is the audience, and ask for it with the parameter audience',
  entra: 'At Entra: expose an API, and ask for a scope of it (api://…/…), not for one of Graph',
  hydra: 'At Hydra: allow the audience to the client, and ask for it with the parameter audience',
  keycloak: 'At Keycloak: give the client a mapper of the type Audience',
  okta: 'At Okta: use a custom authorization server; its audience is a setting of it',
  workos: 'Session tokens of WorkOS name nobody: name your client with --client-id',
  spring: 'At Spring: add the audience in an OAuth2TokenCustomizer',
}

/** What a provider calls the setting that allows an exchange. */
export const EXCHANGE_AT: Partial<Readonly<Record<PresetName, string>>> = {
  auth0: 'At Auth0: the on-behalf-of exchange must be on for the application',
  keycloak:
    'At Keycloak: switch on "Standard token exchange" in the capability config of the client, and let the token name that client as an audience',
  okta: 'At Okta: the app needs the grant Token Exchange, and the access policy must allow it',
  zitadel: 'At Zitadel: switch on the grant Token Exchange for the application',
}
