// The gateway as an authorization server for MCP clients, in front of an issuer that registers none: its
// metadata (RFC 8414), and the four addresses below /oauth.

import type { GatewayOptions } from '../options.ts'
import { clientError, clientJson, clientPreflight } from './answers.ts'
import { askPerson } from './authorize.ts'
import { takeBack } from './callback.ts'
import { takeDecision } from './consent.ts'
import type { GatewayClients } from './options.ts'
import { problemPage } from './pages.ts'
import { type ClientParts, parseParts } from './parts.ts'
import { registerClient } from './register.ts'
import { giveTokens } from './token.ts'

/** What answers clients. */
export interface ClientFacade {
  /** The issuer identifier, for the protected resource metadata. */
  readonly issuer: string
  /** Answers what is for it; undefined for any other request. */
  handle(request: Request): Promise<Response> | undefined
}

/**
 * Makes it. It fetches nothing before the first use.
 *
 * @param resources The gateway's own addresses.
 * @param secret Seals what clients and browsers keep.
 * @throws TypeError that names the setting.
 */
export function clientFacade(
  options: GatewayOptions,
  clients: GatewayClients,
  resources: readonly string[],
  secret: Uint8Array,
): ClientFacade {
  const parts = parseParts(options, clients, resources, secret)
  const { origin, issuer } = parts
  const before = issuer.slice(origin.length)
  const metadata = metadataOf(parts, options.scopesSupported)
  /** By path, then by method. */
  const answers: Readonly<Record<string, Readonly<Record<string, Answer>>>> = {
    [`/.well-known/oauth-authorization-server${before}`]: {
      GET: async () => clientJson(metadata),
    },
    [`${before}/oauth/register`]: { POST: (request) => registerClient(request, parts) },
    [`${before}/oauth/authorize`]: {
      GET: (request) => askPerson(request, parts),
      POST: (request) => takeDecision(request, parts),
    },
    [`${before}/oauth/callback`]: { GET: (request) => takeBack(request, parts) },
    [`${before}/oauth/token`]: { POST: (request) => giveTokens(request, parts) },
  }
  return {
    issuer,
    handle(request) {
      const { pathname } = new URL(request.url)
      const byMethod = Object.hasOwn(answers, pathname) ? answers[pathname] : undefined
      if (!byMethod) return undefined
      if (request.method === 'OPTIONS') return Promise.resolve(clientPreflight())
      const answer = Object.hasOwn(byMethod, request.method) ? byMethod[request.method] : undefined
      return answer
        ? answer(request).catch(() => failed(pathname))
        : Promise.resolve(notAllowed(Object.keys(byMethod)))
    },
  }
}

type Answer = (request: Request) => Promise<Response>

/** The metadata (RFC 8414 section 2). */
function metadataOf(
  { issuer, takesDocuments }: ClientParts,
  scopesSupported: readonly string[] | undefined,
) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    registration_endpoint: `${issuer}/oauth/register`,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['none'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    ...(takesDocuments ? { client_id_metadata_document_supported: true } : {}),
    ...(scopesSupported ? { scopes_supported: scopesSupported } : {}),
  }
}

/** A foreign error may quote what it was given, so it ends here. */
function failed(pathname: string): Response {
  const sentence = 'Something went wrong. Try again in a moment.'
  return /\/(?:authorize|callback)$/.test(pathname)
    ? problemPage(503, sentence)
    : clientError('server_error', sentence, 503)
}

function notAllowed(methods: readonly string[]): Response {
  return new Response(null, { status: 405, headers: { allow: methods.join(', ') } })
}
