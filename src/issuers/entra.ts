// The preset for Microsoft Entra ID.

import { type ConfiguredIssuer, configure } from './configure.ts'
import { checkPreset } from './option-names.ts'
import type { IssuerOptions } from './options.ts'
import { given, trimmed } from './place.ts'
import type { Preset } from './preset.ts'

const ENTRA: Preset = {
  name: 'Microsoft Entra ID',
  docs: 'https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference',
  tokens: {
    scopesClaim: 'scp',
    accessTokenMarks: [
      // An ID token has none of these. Its audience may be the API, where one registration is both.
      { required: { scp: true }, forbidden: ['at_hash', 'c_hash', 'events'] },
      // An application's own token. Every application of the directory can get one without roles.
      { required: { azp: true, roles: true } },
      { required: { appid: true, roles: true } },
    ],
  },
  // The scopes name the API: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
  exchange: {
    grant: 'jwt-bearer-obo',
    target: 'scope',
    defaultScope: '/.default',
    allowScopes: ['/.default'],
    scopesFromIssuer: true,
  },
  // It takes S256 and does not announce it. It answers AADSTS901002 or AADSTS9010010 to `resource`:
  // the scopes say what the token is for.
  connect: { pkce: 'S256', resource: false },
}

/** Options of {@link entra}. */
export interface EntraOptions extends IssuerOptions {
  /** The id of the directory (tenant), a GUID. */
  readonly tenant?: string
  /** In place of `tenant`: the ids of all directories whose people may come in. */
  readonly tenants?: readonly string[]
  /** The sign-in service of a national cloud. Default `https://login.microsoftonline.com`. */
  readonly authority?: string
}

/** Places that stand for many directories. Tokens never name them as their issuer. */
const NO_DIRECTORIES = ['common', 'organizations', 'consumers']

/**
 * Makes an issuer of Entra ID, for one directory or several. Tokens of both versions are taken: the
 * API's manifest decides which one it gets. The audience is the API's client id in version 2.0, and
 * its App ID URI in version 1.0.
 *
 * The subject differs from app to app (`sub` is pairwise). Set `subjectClaim: 'oid'` for one that is
 * the same in all apps of a directory.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 */
export function entra(options: EntraOptions): ConfiguredIssuer {
  checkPreset('entra', options, { tenant: 'optional', tenants: 'optional', authority: 'optional' })
  const { tenant, tenants = tenant === undefined ? [] : [tenant] } = options
  const { authority = 'https://login.microsoftonline.com' } = options
  const [first] = tenants
  if (first === undefined)
    throw new TypeError('tenant must be given: the id of the directory; or tenants, for several')
  for (const id of tenants)
    if (typeof id !== 'string' || !/^[\w-]+$/.test(id) || NO_DIRECTORIES.includes(id))
      throw new TypeError(
        `${tenant === undefined ? 'tenants' : 'tenant'} must have the ids of directories (GUIDs): "${id}" is never the issuer of a token`,
      )
  const service = trimmed(given('authority', authority))
  return configure(ENTRA, options, {
    issuer: `${service}/${first}/v2.0`,
    issuers: tenants.flatMap((id) => [`${service}/${id}/v2.0`, `https://sts.windows.net/${id}/`]),
  })
}
