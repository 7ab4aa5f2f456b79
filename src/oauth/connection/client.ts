// Which client the app is at one authorization server, and how it proves that. It registers itself
// (RFC 7591) when the operator declared so.

import { Credential } from '../../core/credential.ts'
import { granted, type Result, refused } from '../../core/errors.ts'
import { fetchJson } from '../../core/http/bounded-json.ts'
import { type AuthorizationServer, endpointOf } from '../../core/http/server-metadata.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { authorizationServerWords, detailsOf } from '../../core/refusal-details.ts'
import { DEPLOYMENT, type SecretKey, type SecretRecord } from '../../core/vault/secret-store.ts'
import {
  type ClientAuthentication,
  clientSecretBasic,
  clientSecretPost,
  publicClient,
} from '../client-authentication.ts'
import { nowSeconds, type Parts } from './parts.ts'
import { bindsTokens, serverOf } from './server-of.ts'
import type { Settings } from './settings.ts'

/** The client to use. */
export interface KnownClient {
  readonly id: string
  readonly authentication: ClientAuthentication
}

/**
 * The client of a connection that exists or is under way. It must be known already: nothing is
 * registered here.
 */
export async function knownClient(settings: Settings, parts: Parts): Promise<Result<KnownClient>> {
  const { client } = settings
  switch (client.type) {
    case 'registered':
      return granted({ id: client.id, authentication: client.authentication ?? publicClient() })
    case 'document':
      return parts.clientDocument
        ? granted({ id: parts.clientDocument.url, authentication: publicClient() })
        : refused('connection_needed')
    case 'dynamic': {
      const known = readClient(await parts.store.read(keyOf(settings)), settings, parts)
      return known ? granted(known) : refused('connection_needed')
    }
  }
}

/** The client for a connection that begins. It is registered now when it must be. */
export async function clientForFlow(
  settings: Settings,
  parts: Parts,
  signal?: AbortSignal,
): Promise<Result<KnownClient>> {
  const known = await knownClient(settings, parts)
  if (settings.client.type === 'registered' || (settings.client.type === 'dynamic' && known.ok))
    return known
  const server = await serverOf(settings, signal)
  if (!server.ok) return server
  const setting = `${settings.at}client`
  if (settings.client.type === 'document')
    return server.value.clientDocuments
      ? known
      : refused('registration_refused', {
          claim: 'client_id_metadata_document_supported',
          expected: `true, or the setting ${setting} with a client that you registered there`,
        })
  const endpoint = endpointOf(
    server.value,
    'registration_endpoint',
    `${setting} with a client that you registered there`,
  )
  return endpoint.ok
    ? register(endpoint.value, server.value, settings, parts, signal)
    : refused('registration_refused', detailsOf(endpoint.refusal))
}

async function register(
  endpoint: string,
  server: AuthorizationServer,
  settings: Settings,
  parts: Parts,
  signal?: AbortSignal,
): Promise<Result<KnownClient>> {
  const { fetch, deadline, store } = parts
  // No scopes: an authorization server does not let clients register every scope of its resources.
  const metadata = {
    client_name: parts.clientDocument?.name ?? 'onbehalf',
    redirect_uris: [settings.redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: methodToAsk(server),
    application_type: applicationType(settings.redirectUri),
    ...(bindsTokens(server, settings) ? { dpop_bound_access_tokens: true } : {}),
  }
  const headers = { accept: 'application/json', 'content-type': 'application/json' }
  const request = { method: 'POST', headers, body: JSON.stringify(metadata) } as const
  const answer = await fetchJson(endpoint, request, { fetch, deadline, signal })
  if (!answer.ok) return answer
  const { status, json } = answer.value
  if (status >= 500 || status === 429) return refused('issuer_unavailable')
  const issued = status === 201 || status === 200 ? parseRegistration(json) : undefined
  if (!issued) return registrationRefused(status, json, settings)
  const key = keyOf(settings)
  const before = await store.read(key)
  const { id, secret, method, expiresAt } = issued
  const record: SecretRecord = {
    ...key,
    issuer: settings.issuer,
    version: (before?.version ?? 0) + 1,
    secrets: secret ? { clientSecret: secret } : {},
    facts: { clientId: id, method, expiresAt, redirectUri: settings.redirectUri },
  }
  // Another instance may have registered meanwhile. Then all use its client, and nobody uses ours.
  const stored = (await store.write(record)) ? record : await store.read(key)
  const known = readClient(stored, settings, parts)
  return known ? granted(known) : refused('issuer_unavailable')
}

/** A public client where the server takes one or does not say; else one with a secret. */
function methodToAsk({ clientAuthentication: taken }: AuthorizationServer): string {
  const methods = ['none', 'client_secret_basic', 'client_secret_post']
  return taken ? (methods.find((method) => taken.includes(method)) ?? 'none') : 'none'
}

/** Servers refuse a web application whose redirect URI is plain http on this machine. */
function applicationType(redirectUri: string): 'web' | 'native' {
  return new URL(redirectUri).protocol === 'http:' ? 'native' : 'web'
}

/** What the server said (RFC 7591 section 3.2.2), for the operator. */
function registrationRefused(status: number, json: unknown, { at }: Settings): Result<never> {
  const { error, error_description }: UnknownObject = isObject(json) ? json : {}
  return refused('registration_refused', {
    expected: `a registration, or the setting ${at}client with a client that you registered there`,
    found: `HTTP ${status}`,
    ...authorizationServerWords(error, error_description),
  })
}

interface Registration {
  readonly id: string
  readonly secret: Credential | undefined
  readonly method: string
  /** Seconds since the epoch; 0 for never. */
  readonly expiresAt: number
}

/** Parses a registration response (RFC 7591 section 3.2.1). */
function parseRegistration(json: unknown): Registration | undefined {
  if (!isObject(json)) return undefined
  const { client_id, client_secret_expires_at, token_endpoint_auth_method } = json
  // `null` and an empty text are how some servers write that there is no secret.
  const client_secret = json.client_secret || undefined
  if (typeof client_id !== 'string' || !/^[\x20-\x7e]{1,2048}$/.test(client_id)) return undefined
  // The server may answer with a confidential client although we asked for a public one.
  const named =
    token_endpoint_auth_method ?? (client_secret === undefined ? 'none' : 'client_secret_basic')
  if (named !== 'none' && named !== 'client_secret_basic' && named !== 'client_secret_post')
    return undefined
  if (client_secret === undefined)
    return named === 'none'
      ? { id: client_id, secret: undefined, method: named, expiresAt: 0 }
      : undefined
  if (typeof client_secret !== 'string' || !/^[\x20-\x7e]{1,4096}$/.test(client_secret))
    return undefined
  const expiresAt = typeof client_secret_expires_at === 'number' ? client_secret_expires_at : 0
  // A server that gives a secret to a client that it calls public may want it all the same, and in
  // the form: a public client has its id there too.
  const method = named === 'none' ? 'client_secret_post' : named
  return { id: client_id, secret: new Credential(client_secret), method, expiresAt }
}

/**
 * A client that was registered before. Undefined when it belongs to another issuer or another
 * redirect URI, or when its secret has expired.
 */
function readClient(
  stored: SecretRecord | undefined,
  settings: Settings,
  parts: Parts,
): KnownClient | undefined {
  if (!stored || stored.issuer !== settings.issuer) return undefined
  const { clientId, method, expiresAt, redirectUri } = stored.facts
  if (typeof clientId !== 'string' || redirectUri !== settings.redirectUri) return undefined
  if (typeof expiresAt === 'number' && expiresAt !== 0 && expiresAt <= nowSeconds(parts))
    return undefined
  const { clientSecret } = stored.secrets
  if (!clientSecret) return { id: clientId, authentication: publicClient() }
  return {
    id: clientId,
    authentication:
      method === 'client_secret_post'
        ? clientSecretPost(clientSecret)
        : clientSecretBasic(clientSecret),
  }
}

/** The app's own registration belongs to no person. */
function keyOf({ resource }: Settings): SecretKey {
  return { owner: DEPLOYMENT, resource, kind: 'connection' }
}
