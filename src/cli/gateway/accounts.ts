// The accounts that people connect, as a gateway's file declares them: for each server with the source
// connection, which authorization server it is, and the gateway's client there.

import type { AuditSink } from 'onbehalf'
import {
  type ConnectionServer,
  type Connections,
  clientSecretBasic,
  connections,
} from 'onbehalf/oauth'
import { presetIssuer } from './issuers.ts'
import { named } from './named.ts'
import { ConfigError } from './place.ts'
import type { ReadSecret } from './references.ts'
import { isMap, mapIn, type Settings } from './settings.ts'
import type { Store } from './store.ts'

/** What the file has opened before. */
interface AccountParts {
  readonly store: Store
  readonly secretOf: ReadSecret
  readonly audit: AuditSink
  readonly fetch: typeof globalThis.fetch
  /** The address as clients know it. */
  readonly url: string
}

type Members = Readonly<Record<string, unknown>>

/**
 * Reads the setting. Undefined where no server needs an account.
 *
 * @throws ConfigError that begins with the setting.
 */
export function accountsIn(settings: Settings, parts: AccountParts): Connections | undefined {
  const accounts = mapIn(settings, 'accounts')
  const needed = neededIn(mapIn(settings, 'servers'))
  for (const [name, { at }] of needed)
    if (accounts[name] === undefined)
      throw new ConfigError(
        `${at} is "connection", and accounts has no ${name}: write how people connect it, such as "accounts: { ${name}: { issuer: https://accounts.example, clientId: …, clientSecret: env:… } }"`,
      )
  const servers: Record<string, ConnectionServer> = {}
  for (const [name, account] of Object.entries(accounts)) {
    const resource = needed.get(name)?.resource
    if (resource === undefined)
      throw new ConfigError(`accounts.${name}: no server has the source connection by this name`)
    servers[name] = accountIn(`accounts.${name}`, account, resource, settings, parts)
  }
  if (needed.size === 0) return undefined
  const { store, audit, fetch, url } = parts
  const { insecurelyAllowHttp } = settings
  const base = url.replace(/\/$/, '')
  const documents = Object.values(servers).some(({ client }) => client.type === 'document')
  const options = {
    store: store.secrets,
    servers,
    redirectUri: `${base}/connected`,
    fetch,
    audit,
    ...(documents
      ? { clientDocument: { url: `${base}/connected/client.json`, name: new URL(url).host } }
      : {}),
    ...(Array.isArray(insecurelyAllowHttp) ? { insecurelyAllowHttp, warn() {} } : {}),
  }
  return named(
    (message) => message.replace(/^servers\b/, 'accounts'),
    () => connections(options),
  )
}

/** The accounts that servers need, by their names. */
function neededIn(
  servers: Members,
): ReadonlyMap<string, { readonly at: string; readonly resource: string }> {
  const needed = new Map<string, { readonly at: string; readonly resource: string }>()
  for (const [server, binding] of Object.entries(servers)) {
    if (!isMap(binding)) continue
    const { url, resource = url, source, sources } = binding
    const at = `servers.${server}.source`
    if (isConnection(source)) needed.set(server, { at, resource: String(resource) })
    for (const [name, one] of Object.entries(isMap(sources) ? sources : {}))
      if (isConnection(one)) needed.set(name, { at: `${at}s.${name}`, resource: String(resource) })
  }
  return needed
}

function isConnection(source: unknown): boolean {
  return isMap(source) && source.type === 'connection'
}

/** One account. The library checks the rest. */
function accountIn(
  at: string,
  account: unknown,
  resource: string,
  settings: Settings,
  { secretOf }: AccountParts,
): ConnectionServer {
  if (!isMap(account)) throw new ConfigError(`${at} must be a map with an issuer`)
  const { issuer, clientId, clientSecret, client, scopes = [], ...others } = account
  return {
    resource,
    ...others,
    scopes,
    issuer: isMap(issuer) ? presetIssuer(`${at}.issuer`, issuer, settings, secretOf) : issuer,
    client: clientIn(at, { clientId, clientSecret, client }, secretOf),
  } as ConnectionServer
}

function clientIn(at: string, { clientId, clientSecret, client }: Members, secretOf: ReadSecret) {
  if (client === 'document' || client === 'dynamic') {
    if (clientId === undefined) return { type: client }
    throw new ConfigError(`${at}.client is "${client}": leave clientId out`)
  }
  if (client !== undefined)
    throw new ConfigError(`${at}.client must be document or dynamic, or left out for a clientId`)
  if (typeof clientId !== 'string' || clientId === '')
    throw new ConfigError(`${at}.clientId must be given: the gateway's client at the issuer`)
  const secret =
    clientSecret === undefined ? undefined : secretOf(`${at}.clientSecret`, clientSecret)
  return {
    type: 'registered',
    id: clientId,
    ...(secret ? { authentication: clientSecretBasic(secret) } : {}),
  }
}
