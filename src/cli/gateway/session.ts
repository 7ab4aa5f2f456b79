// Sign-ins that the gateway keeps, and the connections page that comes with them, as a gateway's file
// turns them on. They are kept in its store.

import type { AuditSink } from 'onbehalf'
import type { GatewayPage } from 'onbehalf/gateway'
import { type ServerSessionOptions, type SessionIssuer, serverSession } from 'onbehalf/session'
import { accountsIn } from './accounts.ts'
import { named } from './named.ts'
import { ConfigError } from './place.ts'
import type { ReadSecret } from './references.ts'
import { isMap, type Settings } from './settings.ts'
import type { Store } from './store.ts'

/** What the file has opened before. */
export interface SessionParts {
  readonly issuers: readonly (SessionIssuer & { readonly audience?: unknown })[]
  readonly store: Store | undefined
  readonly secretOf: ReadSecret
  readonly audit: AuditSink
  readonly fetch: typeof globalThis.fetch
  /** The address as clients know it. */
  readonly url: string
  /** Called when the issuer says that a sign-in has ended. */
  readonly onEnded: NonNullable<ServerSessionOptions['onEnded']>
}

/** Options of serverSession that the gateway gives itself, or that are code. */
const NOT_IN_A_FILE = [
  'store',
  'secrets',
  'origin',
  'audit',
  'fetch',
  'now',
  'warn',
  'onEnded',
  'rateLimit',
  'insecurelyAllowHttp',
]

/**
 * Reads the settings `session` and `accounts`. Gives an option of createGateway.
 *
 * @throws ConfigError that begins with the setting.
 */
export function pageIn(settings: Settings, parts: SessionParts): { readonly page?: GatewayPage } {
  const { session, accounts } = settings
  if (session === undefined) {
    if (accounts !== undefined)
      throw new ConfigError(
        'accounts need the setting session: people sign in to connect them. "session: {}" is enough where issuer has clientId and clientSecret',
      )
    return {}
  }
  const { store, url } = parts
  if (!store) throw new ConfigError('session needs the setting store: sign-ins are kept in it')
  if (!isMap(session)) throw new ConfigError('session must be a map, such as "session: {}"')
  const base = new URL(url)
  const before = base.pathname.replace(/\/$/, '')
  const { path = `${before}/auth`, ...given } = session
  const own = named(
    (message) => `session.${message}`,
    () => serverSession(sessionOptions(given, path, store, settings, parts)),
  )
  const connections = accountsIn(settings, { ...parts, store })
  return {
    page: {
      session: own,
      sessionPath: String(path),
      approvals: store.approvals,
      ...(connections ? { connections } : {}),
    },
  }
}

function sessionOptions(
  given: Readonly<Record<string, unknown>>,
  path: unknown,
  { signIns, secrets }: Store,
  settings: Settings,
  { issuers, secretOf, audit, fetch, url, onEnded }: SessionParts,
): ServerSessionOptions {
  const wrong = Object.keys(given).find((name) => NOT_IN_A_FILE.includes(name))
  if (wrong !== undefined) throw new ConfigError(`session.${wrong} cannot be in a file`)
  const { issuer: which, clientSecret, ...others } = given
  const issuer = issuerNamed(which, issuers)
  const { insecurelyAllowHttp } = settings
  const audience = given.audience ?? settings.audience
  const isNamed = audience !== undefined || issuer.audience !== undefined
  // serverSession checks the rest.
  return {
    ...(isNamed ? {} : { resource: `${url.replace(/\/$/, '')}/mcp` }),
    ...others,
    ...(audience === undefined ? {} : { audience }),
    ...clientOf(given, clientSecret, settings, secretOf),
    issuer,
    origin: new URL(url).origin,
    path,
    store: signIns,
    secrets,
    audit,
    fetch,
    onEnded,
    ...(insecurelyAllowHttp === undefined ? {} : { insecurelyAllowHttp, warn() {} }),
  } as unknown as ServerSessionOptions
}

/** The client at the issuer: that of the setting issuer, unless another one is named. */
function clientOf(
  { clientId }: Readonly<Record<string, unknown>>,
  clientSecret: unknown,
  { issuer }: Settings,
  secretOf: ReadSecret,
): Readonly<Record<string, unknown>> {
  const isOwn = clientId !== undefined || !isMap(issuer)
  const client = isOwn ? { clientId, clientSecret } : issuer
  const setting = isOwn ? 'session.clientSecret' : 'issuer.clientSecret'
  return {
    ...(client.clientId === undefined ? {} : { clientId: client.clientId }),
    ...(client.clientSecret === undefined
      ? {}
      : { clientSecret: secretOf(setting, client.clientSecret) }),
  }
}

function issuerNamed(
  which: unknown,
  issuers: SessionParts['issuers'],
): SessionParts['issuers'][number] {
  const found = which === undefined ? issuers : issuers.filter(({ issuer }) => issuer === which)
  const [issuer, other] = found
  if (issuer && !other) return issuer
  const known = issuers.map((one) => one.issuer).join(', ')
  throw new ConfigError(`session.issuer must be one of the issuers: ${known}`)
}
