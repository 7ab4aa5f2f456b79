// The preset for Supabase.

import { type ConfiguredIssuer, configure } from './configure.ts'
import type { IssuerOptions } from './options.ts'
import { trimmed } from './place.ts'
import { cannotExchange, type Preset } from './preset.ts'

const SUPABASE: Preset = {
  name: 'Supabase',
  docs: 'https://supabase.com/docs/guides/auth/jwt-fields',
  tokens: {},
  exchange: cannotExchange('Supabase'),
  connect: {},
}

/** Options of {@link supabase}. */
export interface SupabaseOptions extends IssuerOptions {
  /** The project's URL, such as `https://abc.supabase.co`. */
  readonly url: string
}

/**
 * Makes an issuer of Supabase.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function supabase(options: SupabaseOptions): ConfiguredIssuer {
  return configure(SUPABASE, options, { issuer: `${trimmed(options.url)}/auth/v1` })
}
