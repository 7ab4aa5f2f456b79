// A token service in this process, in front of a sign-in that cannot exchange tokens: the chat asks in
// process, two MCP servers over HTTP. No test lives here.

import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import type { AuditEvent } from '../../../src/core/audit.ts'
import { Credential } from '../../../src/core/credential.ts'
import type { Issuer } from '../../../src/core/issuer.ts'
import { memorySecretStore } from '../../../src/core/vault/memory-secret-store.ts'
import type { SecretStore } from '../../../src/core/vault/secret-store.ts'
import { jwtVerifier } from '../../../src/jwt/index.ts'
import {
  clientSecretBasic,
  type TokenServiceOptions,
  tokenExchanger,
  tokenService,
} from '../../../src/oauth/index.ts'
import {
  clock,
  fakeIssuer,
  goodClaims,
  ISSUER,
  mint,
  type SigningKey,
  signingKey,
} from '../../jwt/issuer.ts'

export const SERVICE = 'https://app.example/tokens'
export const APP = 'the-app'
export const TASKS = 'https://tasks.example/mcp'
export const NOTES = 'https://notes.example/mcp'
export const API = 'https://api.example/v1'
export const SECRET = 'secret-of-tasks-0123456789'

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** Another issuer, whose people may have the same subjects. */
export const OTHER_ISSUER = 'https://other.example'

/** Makes the client key of the MCP server for notes. */
async function clientKey() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  return { privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid: 'notes-1' } }
}

export type House = Awaited<ReturnType<typeof house>>

/** Builds the house. */
export async function house(
  changes: Partial<TokenServiceOptions> = {},
  { store = memorySecretStore() }: { readonly store?: SecretStore } = {},
) {
  const key = await signingKey('login-1')
  const time = clock()
  const login = fakeIssuer([key])
  const events: AuditEvent[] = []
  const notesKey = await clientKey()
  const signIn: Issuer = {
    issuer: ISSUER,
    authorizationServers: [ISSUER],
    audience: [APP],
    verifier: jwtVerifier({ issuer: ISSUER, fetch: login.fetch, now: time.now }),
  }
  const options: TokenServiceOptions = {
    issuer: SERVICE,
    signIn,
    keys: store,
    clients: {
      chat: {
        subject: 'sign-in',
        audiences: { [TASKS]: ['tasks:read', 'tasks:write'], [NOTES]: ['notes:read'] },
      },
      'tasks-mcp': {
        subject: TASKS,
        audiences: { [API]: { 'api:read': ['tasks:read'], 'api:write': ['tasks:write'] } },
        secret: new Credential(SECRET),
      },
      'notes-mcp': {
        subject: NOTES,
        audiences: { [API]: ['notes:read'] },
        keys: [notesKey.publicJwk],
      },
    },
    audit: { record: (event) => void events.push(event) },
    now: time.now,
    ...changes,
  }
  const service = tokenService(options)
  const fetch: typeof globalThis.fetch = (input, init) => service.fetch(new Request(input, init))

  /** A token that somebody signed in to the app with. */
  const signedIn = (claims: Record<string, unknown> = {}, by: SigningKey = key) =>
    mint(
      by,
      goodClaims({ aud: APP, exp: time.now() / 1000 + 600, iat: time.now() / 1000, ...claims }),
    )

  /** An exchange in process, by the chat unless another client is named. */
  async function inProcess(
    subjectToken: Credential,
    resource: string = TASKS,
    scopes: readonly string[] = ['tasks:read'],
    client = 'chat',
  ) {
    return service.exchanger(client).exchange(subjectToken, { resource, scopes })
  }

  /** The token of a first hop, which must be granted. */
  async function firstHop(claims: Record<string, unknown> = {}, resource: string = TASKS) {
    const scopes = resource === TASKS ? ['tasks:read'] : ['notes:read']
    const result = await inProcess(
      await signedIn({ scope: 'tasks:read notes:read', ...claims }),
      resource,
      scopes,
    )
    if (!result.ok) throw new Error(JSON.stringify(result.refusal))
    return result.value.credential
  }

  /** A token request over HTTP, authenticated by Basic as the server for tasks. */
  async function post(
    form: Record<string, string>,
    headers: Record<string, string> = { authorization: basic('tasks-mcp', SECRET) },
  ) {
    const response = await service.fetch(
      new Request(`${SERVICE}/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams(form),
      }),
    )
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Answer,
    }
  }

  /** The form of an exchange for the API. */
  const form = (subjectToken: Credential, more: Record<string, string> = {}) => ({
    grant_type: EXCHANGE,
    subject_token: subjectToken.reveal(),
    subject_token_type: ACCESS_TOKEN,
    resource: API,
    ...more,
  })

  /** The exchanger that the server kit of tasks has. */
  const kitExchanger = () =>
    tokenExchanger({
      issuer: SERVICE,
      clientId: 'tasks-mcp',
      client: clientSecretBasic(new Credential(SECRET)),
      fetch,
      now: time.now,
    })

  /** What a receiver makes of a token. */
  const receive = (token: Credential, audience: string) =>
    jwtVerifier({ issuer: SERVICE, fetch, now: time.now }).verify(token, audience)

  return {
    service,
    options,
    fetch,
    time,
    login,
    key,
    store,
    events,
    notesKey,
    signedIn,
    inProcess,
    firstHop,
    post,
    form,
    kitExchanger,
    receive,
  }
}

export interface Answer {
  readonly access_token?: string
  readonly error?: string
  readonly error_description?: string
  readonly scope?: string
  readonly expires_in?: number
  readonly [member: string]: unknown
}

export function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}

/** The claims of a token, unverified. */
export function claimsOf(token: Credential): JWTPayload & Record<string, unknown> {
  const [, payload = ''] = token.reveal().split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString())
}

/** An assertion of the server for notes. */
export async function assertion(
  key: CryptoKey,
  now: () => number,
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): Promise<string> {
  const seconds = Math.floor(now() / 1000)
  const defaults = {
    iss: 'notes-mcp',
    sub: 'notes-mcp',
    aud: SERVICE,
    iat: seconds,
    exp: seconds + 60,
    jti: crypto.randomUUID(),
  }
  return new SignJWT({ ...defaults, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'notes-1', ...header })
    .sign(key)
}
