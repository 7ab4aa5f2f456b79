// The presets, as the doctor chooses and writes them: which of their options name an issuer.

import { Credential } from 'onbehalf'
import {
  auth0,
  authentik,
  betterAuth,
  type ConfiguredIssuer,
  clerk,
  cognito,
  entra,
  firebase,
  github,
  google,
  hydra,
  type IssuerOptions,
  keycloak,
  oidc,
  okta,
  pingFederate,
  spring,
  supabase,
  workos,
  zitadel,
} from 'onbehalf/issuers'

/** A preset. */
export interface KnownPreset {
  /** The function of `onbehalf/issuers`. */
  readonly name: PresetName
  /** The provider, as people call it. */
  readonly title: string
  /** The page about it, below `docs/issuers/`. */
  readonly page: string
  /** Undefined when the provider has no such issuer. */
  readonly at: (issuer: string) => PlacedPreset | undefined
}

/** A preset for one issuer. */
export interface PlacedPreset {
  /** The options that name the issuer, ready to be written. */
  readonly place: Readonly<Record<string, string>>
  /** @throws TypeError for options that the preset does not take. */
  readonly configure: (common: IssuerOptions) => ConfiguredIssuer
  /** Why it cannot exchange tokens, and what to use instead. */
  readonly cannotExchange?: string
  /** Its exchanges leave the scopes of a target to the issuer. */
  readonly scopesFromIssuer?: boolean
  /** It verifies opaque tokens by itself, when it has a client. */
  readonly takesOpaqueTokens?: boolean
  /** Whether it knows the audience by itself: always the same one, or the id of the client. */
  readonly standardAudience?: 'always' | 'client' | 'never'
}

/** Presets by the name of their function. */
export type PresetName =
  | 'auth0'
  | 'authentik'
  | 'betterAuth'
  | 'clerk'
  | 'cognito'
  | 'entra'
  | 'firebase'
  | 'github'
  | 'google'
  | 'hydra'
  | 'keycloak'
  | 'oidc'
  | 'okta'
  | 'pingFederate'
  | 'spring'
  | 'supabase'
  | 'workos'
  | 'zitadel'

/** What an entry of the table is: title, page, and how it is placed. */
type Entry = readonly [title: string, page: string, at: KnownPreset['at']]

/** A preset whose options are these for an issuer. */
function placing<Place extends Readonly<Record<string, string>>>(
  factory: (options: IssuerOptions & NoInfer<Place>) => ConfiguredIssuer,
  placeOf: (issuer: string) => Place | undefined,
): KnownPreset['at'] {
  return (issuer) => {
    const place = placeOf(issuer)
    return place && { place, configure: (common) => factory({ ...place, ...common }) }
  }
}

const named = (issuer: string) => ({ issuer })

/** The host of an issuer that has no path. */
function hostOf(issuer: string, path: string): string | undefined {
  const url = URL.parse(issuer)
  return url?.protocol === 'https:' && issuer === `${url.origin}${path}` ? url.host : undefined
}

const PLACES: Readonly<Record<PresetName, Entry>> = {
  auth0: [
    'Auth0',
    'auth0',
    placing(auth0, (issuer): { domain: string } | { issuer: string } => {
      const domain = hostOf(issuer, '/')
      return domain === undefined ? { issuer } : { domain }
    }),
  ],
  authentik: [
    'authentik',
    'authentik',
    placing(authentik, (issuer): { url: string; application: string } | { issuer: string } => {
      const [, url, application] = /^(.*)\/application\/o\/([\w-]+)\/$/.exec(issuer) ?? []
      return url && application ? { url, application } : { issuer }
    }),
  ],
  betterAuth: ['Better Auth', 'better-auth', placing(betterAuth, named)],
  clerk: [
    'Clerk',
    'clerk',
    placing(clerk, (issuer): { domain: string } | { issuer: string } => {
      const domain = hostOf(issuer, '')
      return domain === undefined ? { issuer } : { domain }
    }),
  ],
  cognito: [
    'Amazon Cognito',
    'cognito',
    placing(cognito, (issuer): { userPoolId: string } | { issuer: string } => {
      const [, region, userPoolId] =
        /^https:\/\/cognito-idp\.([\w-]+)\.amazonaws\.com\/([\w-]+_\w+)$/.exec(issuer) ?? []
      return userPoolId?.startsWith(`${region}_`) ? { userPoolId } : { issuer }
    }),
  ],
  entra: [
    'Microsoft Entra ID',
    'entra',
    placing(entra, (issuer): { tenant: string } | undefined => {
      const [, tenant] =
        /^https:\/\/login\.microsoftonline\.com\/([\w-]+)\/v2\.0$/.exec(issuer) ??
        /^https:\/\/sts\.windows\.net\/([\w-]+)\/$/.exec(issuer) ??
        []
      return tenant && !/^(?:common|organizations|consumers)$/.test(tenant) ? { tenant } : undefined
    }),
  ],
  firebase: [
    'Firebase',
    'firebase',
    placing(firebase, (issuer: string): { projectId: string } | undefined => {
      const [, projectId] = /^https:\/\/securetoken\.google\.com\/([\w:.-]+)$/.exec(issuer) ?? []
      return projectId ? { projectId } : undefined
    }),
  ],
  github: [
    'GitHub',
    'github',
    placing(github, (issuer) => (issuer === 'https://github.com/login/oauth' ? {} : undefined)),
  ],
  google: [
    'Google',
    'google',
    placing(google, (issuer) => (issuer === 'https://accounts.google.com' ? {} : undefined)),
  ],
  hydra: ['Ory Hydra', 'hydra', placing(hydra, named)],
  keycloak: [
    'Keycloak',
    'keycloak',
    placing(keycloak, (issuer): { url: string; realm: string } | { issuer: string } => {
      const [, url, realm] = /^(.*)\/realms\/([\w.-]+)$/.exec(issuer) ?? []
      return url && realm ? { url, realm } : { issuer }
    }),
  ],
  oidc: ['an issuer that follows the standards', 'oidc', placing(oidc, named)],
  okta: [
    'Okta',
    'okta',
    placing(
      okta,
      (issuer): { domain: string; authorizationServer: string } | { issuer: string } => {
        const [, domain, authorizationServer] =
          /^https:\/\/([\w.-]+)\/oauth2\/([\w-]+)$/.exec(issuer) ?? []
        return domain && authorizationServer ? { domain, authorizationServer } : { issuer }
      },
    ),
  ],
  pingFederate: ['PingFederate', 'ping-federate', placing(pingFederate, named)],
  spring: ['Spring Authorization Server', 'spring', placing(spring, named)],
  supabase: [
    'Supabase',
    'supabase',
    placing(supabase, (issuer): { url: string } | { issuer: string } => {
      const [, url] = /^(https:\/\/[^/]+)\/auth\/v1$/.exec(issuer) ?? []
      return url ? { url } : { issuer }
    }),
  ],
  workos: [
    'WorkOS',
    'workos',
    placing(workos, (issuer): { domain: string } | { issuer: string } | { clientId: string } => {
      if (issuer.startsWith('https://api.workos.com')) return sessionsOf(issuer)
      const domain = hostOf(issuer, '')
      return domain === undefined ? { issuer } : { domain }
    }),
  ],
  zitadel: ['Zitadel', 'zitadel', placing(zitadel, named)],
}

/** Session tokens of WorkOS are named by the client, which the issuer does not always say. */
function sessionsOf(issuer: string): { clientId: string } {
  const [, clientId = 'the id of your client'] = /\/user_management\/(\w+)$/.exec(issuer) ?? []
  return { clientId }
}

/** Gives a preset. */
export function presetNamed(name: PresetName): KnownPreset {
  const [title, page, at] = PLACES[name]
  return { name, title, page, at: (issuer) => checked(at(issuer), issuer) }
}

/** A preset that would be about another issuer is none. */
function checked(placed: PlacedPreset | undefined, issuer: string): PlacedPreset | undefined {
  if (!placed) return undefined
  try {
    const made = placed.configure({
      clientId: ANY_CLIENT,
      clientSecret: new Credential(ANY_CLIENT),
      ...(issuer.startsWith('http:') ? httpFor(issuer) : {}),
    })
    const { audience: [audience] = [], cannotExchange, takesOpaqueTokens = false } = made
    if (![made.issuer, ...(made.issuers ?? [])].includes(issuer)) return undefined
    const isClient = audience === ANY_CLIENT
    return {
      ...placed,
      takesOpaqueTokens,
      scopesFromIssuer: made.exchanger?.scopesFromIssuer ?? false,
      standardAudience: audience === undefined ? 'never' : isClient ? 'client' : 'always',
      ...(cannotExchange === undefined ? {} : { cannotExchange }),
    }
  } catch {
    return undefined
  }
}

/** Stands for the client of an app. */
const ANY_CLIENT = 'any-client'

/** Plain http is checked where the operator names hosts. Here only the shape of the URL counts. */
function httpFor(issuer: string): IssuerOptions {
  return { insecurelyAllowHttp: [new URL(issuer).host], warn: () => {} }
}
