// The preset for Supabase.

import { type ConfiguredIssuer, configure } from './configure.ts'
import { checkPreset } from './option-names.ts'
import type { IssuerOptions } from './options.ts'
import { given, trimmed } from './place.ts'
import { cannotExchange, type Preset } from './preset.ts'

const SUPABASE: Preset = {
  name: 'Supabase',
  docs: 'https://supabase.com/docs/guides/auth/jwt-fields',
  // An ID token of its OAuth server has neither.
  tokens: { accessTokenMarks: [{ required: { role: true, session_id: true } }] },
  exchange: cannotExchange('Supabase'),
  connect: {},
}

/** Options of {@link supabase}. */
export interface SupabaseOptions extends IssuerOptions {
  /** The project's URL, such as `https://abc.supabase.co`. */
  readonly url?: string
  /** In place of `url`: the issuer identifier. */
  readonly issuer?: string
}

/**
 * Makes an issuer of a Supabase project. The project must sign with an asymmetric key (JWT Signing
 * Keys). The audience of everybody who signed in is `authenticated`, which is the default here. Name
 * `clients` to refuse tokens that the project's OAuth server gave to others.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function supabase(options: SupabaseOptions): ConfiguredIssuer {
  checkPreset('supabase', options, { url: 'optional', issuer: 'optional' })
  const { issuer = `${trimmed(given('url', options.url))}/auth/v1` } = options
  return configure(SUPABASE, options, {
    issuer,
    jwksUri: `${issuer}/.well-known/jwks.json`,
    audience: 'authenticated',
  })
}
