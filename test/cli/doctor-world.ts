// A world for the doctor: an issuer that answers as it was recorded, with keys of the test. No
// request leaves it. It has no tests.

import type { Examination } from '../../src/cli/doctor/examination.ts'
import { examine } from '../../src/cli/doctor/examine.ts'
import { publicReport } from '../../src/cli/doctor/public-report.ts'
import type { Report } from '../../src/cli/doctor/report.ts'
import { textOf } from '../../src/cli/doctor/text.ts'
import { Credential } from '../../src/core/credential.ts'
import { createRedactor } from '../../src/mcp/index.ts'
import { mint, type SigningKey, START } from '../jwt/issuer.ts'

/** What an issuer answers. */
export interface World {
  /** Its metadata document, served at every well-known place below its origin. */
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly keys?: readonly SigningKey[]
  /** The answer of every other place. */
  readonly answer?:
    | ((url: string, init: RequestInit | undefined) => Response | undefined)
    | undefined
}

/** What was asked and found. */
export interface Visit {
  readonly report: Report
  readonly text: string
  readonly json: string
  readonly asked: readonly { readonly url: string; readonly body: string }[]
}

/** Examines. Everything that was shown is checked for the secrets. */
export async function visit(
  world: World,
  given: Partial<Examination> & { readonly issuer: string },
): Promise<Visit> {
  const asked: { url: string; body: string }[] = []
  const examination: Examination = {
    token: undefined,
    audience: [],
    idToken: false,
    server: undefined,
    target: undefined,
    scopes: [],
    clientId: undefined,
    clientSecret: undefined,
    secretVariable: given.clientSecret ? 'CLIENT_SECRET' : undefined,
    insecurelyAllowHttp: [],
    ...given,
  }
  const secrets = [examination.token, examination.clientSecret].filter((one) => one !== undefined)
  const { report, issued } = await examine(examination, {
    fetch: async (input, init) => {
      const url = String(input)
      asked.push({ url, body: init?.body ? String(init.body) : '' })
      return answerOf(world, url, init)
    },
    redactor: createRedactor(secrets),
    signal: new AbortController().signal,
    now: () => START * 1000,
    progress: () => {},
  })
  const shown = publicReport(report, issued ? [...secrets, issued] : secrets)
  return { report: shown, text: textOf(shown), json: JSON.stringify(shown), asked }
}

function answerOf(world: World, url: string, init: RequestInit | undefined): Response {
  const own = world.answer?.(url, init)
  if (own) return own
  if (url.includes('/.well-known/o') && world.metadata) return Response.json(world.metadata)
  if (/jwk|certs|keys/i.test(url))
    return Response.json({ keys: (world.keys ?? []).map(({ publicJwk }) => publicJwk) })
  return new Response(null, { status: 404 })
}

/** A token with just these claims and this header. */
export function tokenOf(
  key: SigningKey,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): Promise<Credential> {
  return mint(key, { ...claims }, { typ: 'JWT', ...header })
}

/** What Keycloak 26.7.3 answers, recorded; the host is another one. */
export const KEYCLOAK = 'https://login.example/realms/acme'
const ENDPOINT = `${KEYCLOAK}/protocol/openid-connect`
export const KEYCLOAK_METADATA = {
  issuer: KEYCLOAK,
  authorization_endpoint: `${ENDPOINT}/auth`,
  token_endpoint: `${ENDPOINT}/token`,
  introspection_endpoint: `${ENDPOINT}/token/introspect`,
  userinfo_endpoint: `${ENDPOINT}/userinfo`,
  revocation_endpoint: `${ENDPOINT}/revoke`,
  registration_endpoint: `${KEYCLOAK}/clients-registrations/openid-connect`,
  jwks_uri: `${ENDPOINT}/certs`,
  grant_types_supported: [
    'authorization_code',
    'client_credentials',
    'implicit',
    'password',
    'refresh_token',
    'urn:ietf:params:oauth:grant-type:device_code',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'urn:ietf:params:oauth:grant-type:uma-ticket',
    'urn:openid:params:grant-type:ciba',
  ],
  code_challenge_methods_supported: ['plain', 'S256'],
}

/** The claims of its access token for the client `page`, with a mapper for the audience `app`. */
export const KEYCLOAK_CLAIMS = {
  iss: KEYCLOAK,
  aud: 'app',
  sub: '8b634ca6-738c-4da4-8007-c7b795901dd8',
  iat: START,
  exp: START + 300,
  auth_time: START,
  jti: 'onrtac:15b42f93-f1f5-3fdf-7858-e9559f6d96ed',
  typ: 'Bearer',
  azp: 'page',
  sid: 'yspDj6VmIJUNPu-QFEDA2D6Z',
  scope: 'openid tasks:read profile',
  name: 'Alice A',
}

/** A JSON answer of a token endpoint. */
export function tokenAnswer(status: number, body: object): World['answer'] {
  return (url) => (url.endsWith('/token') ? Response.json(body, { status }) : undefined)
}

/** A client's secret. */
export const SECRET = new Credential('the-secret-of-the-app-7hK2')
