// Accounts that people connect to servers by OAuth: the connect flow, the tokens and their refresh,
// the end. The servers decide nothing of this.

import { type AuditSink, createAuditor } from '../../core/audit.ts'
import { granted, type Result, refused } from '../../core/errors.ts'
import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import { isByName, isSecretStore, type ValueChecks } from '../../core/option-values.ts'
import { allowedHttp, PLAIN_HTTP_OPTIONS, type PlainHttpOptions } from '../../core/plain-http.ts'
import type { Principal } from '../../core/principal.ts'
import type { IssuedToken } from '../../core/source/exchange.ts'
import type { SecretStore } from '../../core/vault/secret-store.ts'
import { accountKey, readAccount } from './account.ts'
import { accountCredentials, type CredentialOptions } from './account-credential.ts'
import { clientMetadataResponse } from './client-document.ts'
import type { ClientDocument, ConnectionServer } from './connection-server.ts'
import { endAccount } from './end-account.ts'
import { finishFlow } from './finish-flow.ts'
import { startFlow } from './flow.ts'
import { refusalPage } from './pages.ts'
import type { Parts } from './parts.ts'
import { parseSettings, type Settings } from './settings.ts'
import { storedKeys } from './stored-key.ts'

/** Options of {@link connections}. */
export interface ConnectionsOptions extends PlainHttpOptions {
  /** Keeps accounts and flows. All instances of the app share it. */
  readonly store: SecretStore
  /** The servers, by the names that their bindings have. */
  readonly servers: Readonly<Record<string, ConnectionServer>>
  /**
   * Where `callback` is mounted, without a trailing slash. Each server has its own redirect URI
   * below it, to register: `https://app.example/connected` gives
   * `https://app.example/connected/tasks`.
   */
  readonly redirectUri: string
  /**
   * Use `guardedFetch()` of onbehalf/egress, or `egressFetch()` when the authorization servers are
   * in the operator's own network.
   */
  readonly fetch: typeof globalThis.fetch
  /** Records every use of a code or refresh token. When it throws, the use fails. */
  readonly audit: AuditSink
  /** Needed when a server's client is `document`. */
  readonly clientDocument?: ClientDocument
  /** Milliseconds that one request to an authorization server may take. Default 10,000. */
  readonly deadline?: number
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

export type { CredentialOptions } from './account-credential.ts'

/** Options of `Connections.start`. */
export interface StartOptions {
  /** Scopes to ask for beside those that the person granted before. Default none. */
  readonly scopes?: readonly string[]
}

/** The facts of one connection. All of them are safe to show. */
export interface ConnectionFacts {
  readonly server: string
  readonly resource: string
  readonly issuer: string
  /** `reconnect`: the account was connected, and the person must connect it again. */
  readonly state: 'connected' | 'reconnect'
  readonly scopes: readonly string[]
  /** Seconds since the epoch. */
  readonly connectedAt: number
}

/** The connections of an app. */
export interface Connections {
  /**
   * The person's credential for one server, refreshed when it is due. `connection_needed` when
   * there is none, when another issuer than the pinned one gave it, or when the grant has ended;
   * then nothing is sent.
   */
  credential(
    principal: Principal,
    server: string,
    options?: CredentialOptions,
  ): Promise<Result<IssuedToken>>
  /**
   * Sends a person to connect an account.
   *
   * @param principal The signed-in person, verified by the app for this very request.
   * @param returnTo The path of the app to come back to. After a refusal it gets the parameter
   *   `connect_error`: `denied`, `refused` or `unavailable`. Only `unavailable` may be gone in a
   *   moment.
   * @param options.scopes Scopes to ask for beside those that the person granted before: those of a
   *   `scope_missing` refusal.
   */
  start(
    request: Request,
    principal: Principal,
    server: string,
    returnTo: string,
    options?: StartOptions,
  ): Promise<Response>
  /** Takes the person back. Mount it for GET at `redirectUri` and below. */
  callback(request: Request, principal: Principal): Promise<Response>
  /** The redirect URI of a server, to register with its authorization server. */
  redirectUri(server: string): string | undefined
  /**
   * The scopes that a refusal of a server may name; `any` where the operator set no `stepUp`.
   * Undefined for a server that is not among the `servers`.
   */
  stepUpScopes(server: string): readonly string[] | 'any' | undefined
  /** Answers requests for the client metadata document; undefined for any other. */
  clientMetadata(request: Request): Response | undefined
  /** Forgets an account, then asks the authorization server to revoke its token. */
  disconnect(principal: Principal, server: string): Promise<Result<{ readonly revoked: boolean }>>
  /** The person's connections. */
  list(principal: Principal): Promise<readonly ConnectionFacts[]>
}

/** Every option of the factory. A new one does not compile until it is here. */
const CONNECTIONS_OPTIONS: OptionNames<ConnectionsOptions> = {
  ...PLAIN_HTTP_OPTIONS,
  store: 'required',
  servers: 'required',
  redirectUri: 'required',
  fetch: 'required',
  audit: 'required',
  clientDocument: 'optional',
  deadline: 'optional',
  now: 'optional',
}

const CONNECTIONS_VALUES: ValueChecks = {
  store: isSecretStore,
  servers: isByName("{ Mail: { resource: '…', issuer: '…', scopes: [], client: { … } } }"),
}

const CLIENT_DOCUMENT: OptionNames<ClientDocument> = { url: 'required', name: 'required' }

/**
 * Makes the connections of an app. It fetches nothing before the first use.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work or would not be
 *   safe.
 */
export function connections(options: ConnectionsOptions): Connections {
  checkOptions('connections', '', options, CONNECTIONS_OPTIONS, CONNECTIONS_VALUES)
  const { store, fetch, audit, clientDocument, deadline = 10_000, now = Date.now } = options
  if (clientDocument !== undefined)
    checkOptions('connections', 'clientDocument', clientDocument, CLIENT_DOCUMENT)
  // The lease of a refresh must be longer than its request can take.
  if (!(deadline > 0 && deadline <= 20_000))
    throw new TypeError('deadline must be from 1 to 20,000 milliseconds')
  const allowsHttp = allowedHttp(options)
  const servers = parseSettings(options.servers, {
    redirectUri: options.redirectUri,
    clientDocument,
    fetch,
    now,
    allowsHttp,
  })
  const parts: Parts = {
    store,
    auditor: createAuditor(audit, { now }),
    hop: 'connection',
    fetch,
    now,
    deadline,
    clientDocument,
    allowsHttp,
    keys: storedKeys(now),
  }
  const read = accountCredentials(parts)

  return {
    async credential(principal, server, asked = {}): Promise<Result<IssuedToken>> {
      const settings = servers.get(server)
      if (!settings) return refused('server_unbound', { server })
      // The error of a store may quote what it was given, so it ends here.
      const key = accountKey(principal, settings)
      const result = await read(settings, { principal, key }, asked).catch(() =>
        refused('issuer_unavailable'),
      )
      return result.ok ? result : { ok: false, refusal: { ...result.refusal, server } }
    },
    async start(request, principal, server, returnTo, asked = {}): Promise<Response> {
      const settings = servers.get(server)
      return settings
        ? startFlow(request, principal, settings, { ...asked, returnTo }, parts).catch(() =>
            unavailable(server),
          )
        : notFound()
    },
    async callback(request, principal): Promise<Response> {
      if (request.method !== 'GET')
        return new Response(null, { status: 405, headers: { allow: 'GET' } })
      // The path tells whose answer this is. The code of another authorization server arrives at
      // another path.
      const { pathname } = new URL(request.url)
      const settings = [...servers.values()].find(
        ({ redirectUri }) => new URL(redirectUri).pathname === pathname,
      )
      return settings
        ? finishFlow(request, principal, settings, parts).catch(() => unavailable(settings.name))
        : notFound()
    },
    redirectUri: (server) => servers.get(server)?.redirectUri,
    stepUpScopes(server) {
      const settings = servers.get(server)
      return settings && (settings.stepUp ? [...settings.scopes, ...settings.stepUp] : 'any')
    },
    clientMetadata: (request) =>
      clientDocument && clientMetadataResponse(request, clientDocument, [...servers.values()]),
    async disconnect(principal, server) {
      const settings = servers.get(server)
      if (!settings) return refused('server_unbound', { server })
      return endAccount(principal, settings, parts).then(granted, () =>
        refused('issuer_unavailable', { server }),
      )
    },
    async list(principal): Promise<readonly ConnectionFacts[]> {
      const facts = await Promise.all(
        [...servers.values()].map((settings) => readFacts(principal, settings, store)),
      )
      return facts.filter((fact) => fact !== undefined)
    },
  }
}

async function readFacts(
  principal: Principal,
  settings: Settings,
  store: SecretStore,
): Promise<ConnectionFacts | undefined> {
  const account = readAccount(await store.read(accountKey(principal, settings)), settings)
  if (!account) return undefined
  const { name: server, resource, issuer } = settings
  return {
    server,
    resource,
    issuer,
    state: account.state === 'needs_reconnect' ? 'reconnect' : 'connected',
    scopes: account.scopes,
    connectedAt: account.connectedAt,
  }
}

/** The page for an error of a store. It may quote what it was given, so it ends here. */
function unavailable(server: string): Response {
  return refusalPage({ reason: 'issuer_unavailable', server })
}

function notFound(): Response {
  return new Response('There is no such connection.\n', {
    status: 404,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  })
}
