// Which client the app is at one authorization server, and how it proves that. It registers itself
// (RFC 7591) when the operator declared so.

import { Credential } from '../../core/credential.ts'
import { granted, type Result, refused } from '../../core/errors.ts'
import { fetchJson } from '../../core/http/bounded-json.ts'
import { isObject } from '../../core/json.ts'
import { DEPLOYMENT, type SecretKey, type SecretRecord } from '../../core/vault/secret-store.ts'
import {
  type ClientAuthentication,
  clientSecretBasic,
  clientSecretPost,
  publicClient,
} from '../client-authentication.ts'
import { nowSeconds, type Parts } from './parts.ts'
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
  const server = await settings.metadata.current({ signal })
  if (!server.ok) return server
  if (settings.client.type === 'document')
    return server.value.clientDocuments ? known : refused('exchange_client_refused')
  if (server.value.registrationEndpoint === undefined) return refused('exchange_client_refused')
  return register(server.value.registrationEndpoint, settings, parts, signal)
}

async function register(
  endpoint: string,
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
    token_endpoint_auth_method: 'none',
    application_type: 'web',
  }
  const headers = { accept: 'application/json', 'content-type': 'application/json' }
  const request = { method: 'POST', headers, body: JSON.stringify(metadata) } as const
  const answer = await fetchJson(endpoint, request, { fetch, deadline, signal })
  if (!answer.ok) return answer
  const { status, json } = answer.value
  if (status >= 500) return refused('issuer_unavailable')
  const issued = status === 201 || status === 200 ? parseRegistration(json) : undefined
  if (!issued) return refused('exchange_client_refused')
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
  const { client_id, client_secret, client_secret_expires_at, token_endpoint_auth_method } = json
  if (typeof client_id !== 'string' || !/^[\x20-\x7e]{1,2048}$/.test(client_id)) return undefined
  // The server may answer with a confidential client although we asked for a public one.
  const method =
    token_endpoint_auth_method ?? (client_secret === undefined ? 'none' : 'client_secret_basic')
  if (method !== 'none' && method !== 'client_secret_basic' && method !== 'client_secret_post')
    return undefined
  if (method === 'none') return { id: client_id, secret: undefined, method, expiresAt: 0 }
  if (typeof client_secret !== 'string' || !/^[\x20-\x7e]{1,4096}$/.test(client_secret))
    return undefined
  const expiresAt = typeof client_secret_expires_at === 'number' ? client_secret_expires_at : 0
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
