// protectMcpServer: a fetch handler of an MCP server, behind a door.

import { type AuditSink, createAuditor } from '../core/audit.ts'
import { type Admission, type Admitted, createDoor } from '../core/door/door.ts'
import { refused } from '../core/errors.ts'
import type { Principal } from '../core/principal.ts'
import { canonicalResource, resourceMetadataResponse } from '../core/resource.ts'
import type { TokenExchanger } from '../core/source/exchange.ts'
import { issuedCache } from '../core/source/issued-cache.ts'
import { memoryVault } from '../core/vault/memory-vault.ts'
import type { TokenVerifier } from '../core/verify/verify.ts'
import { SESSION_HEADER } from '../core/wire-names.ts'
import { type AcceptInput, parseAccept } from './accept.ts'
import { type ApiInput, parseApi } from './api.ts'
import { type ReadBody, readJson } from './body.ts'
import { openCall, type ServerCall } from './call.ts'
import { createGate } from './gate.ts'
import { takeMeta } from './meta-credential.ts'
import { operationsOf } from './operations.ts'
import { problem } from './problem.ts'
import { FOREIGN_HANDLE, sessionHandles } from './session-handles.ts'
import { sessionOwners } from './session-owners.ts'
import { toolPolicy } from './tool-policy.ts'
import { undeclaredTools } from './undeclared-tools.ts'
import { untilEnded } from './until-ended.ts'

/** Where an error came from. */
export interface ErrorOrigin {
  readonly tool?: string
  readonly principal: Principal
  readonly trace: string
}

/** Options of {@link protectMcpServer}. */
export interface ProtectOptions {
  /** Identifier of the MCP server: the audience of the access tokens that it takes. */
  readonly resource: string
  /** Issuer identifiers to name in the protected resource metadata (RFC 9728). */
  readonly authorizationServers: readonly string[]
  readonly verifier: TokenVerifier
  /** Where every hop is recorded. A sink that throws makes the hop fail. */
  readonly audit: AuditSink
  /** The scopes that each tool needs. A tool that is not named here is refused; one that needs none is named with `[]`. */
  readonly toolScopes: Readonly<Record<string, readonly string[]>>
  /** Scopes that every request needs. Default none. */
  readonly scopes?: readonly string[]
  /** The APIs that tools call, by the names that the model is shown when one does not answer. Default none. */
  readonly apis?: Readonly<Record<string, ApiInput>>
  /** Needed when there are `apis`. */
  readonly exchanger?: TokenExchanger
  /** Where credentials are taken beside the `Authorization` header. Default: nowhere. */
  readonly accept?: AcceptInput
  /** `Host` values to answer to. Default: the resource's own. */
  readonly allowedHosts?: readonly string[]
  /** Origins of web pages that may send requests, beside the resource's own. Default none. */
  readonly allowedOrigins?: readonly string[]
  /** Bytes of a request's body. Default 1 MiB. */
  readonly maxBodyBytes?: number
  /** Key of the audit's fingerprints, 32 bytes or more, one a deployment. Default: random. */
  readonly fingerprintKey?: Uint8Array<ArrayBuffer>
  /** Default `globalThis.fetch`, as it is when this is called. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds that one call to an API may take, and the reading of one request's body. Default 30,000. */
  readonly deadline?: number
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Gets what went wrong in a tool or in the handler, and warnings about tools without declared scopes. Default: dropped. */
  readonly onError?: (error: unknown, origin: ErrorOrigin) => void
}

/**
 * Puts an MCP server behind a door: only requests with a valid access token that was issued for this server, and with the scopes of the
 * tools that they call, reach the handler. It wraps any fetch handler of Streamable HTTP, sessions or not. Requests reach the handler
 * without their credential; `call.fetch` carries one that was issued for the API instead. Answers to CORS preflights are not its business.
 *
 * The example makes a handler for each request. A server that sends change notifications keeps one, and finds the call of a request by its
 * `authInfo`, the same object that the SDK gives to the factory.
 *
 * @returns A fetch handler, which also serves the protected resource metadata (RFC 9728).
 * @throws TypeError that names the setting, for a configuration that cannot work. Nothing is fetched.
 *
 * @example
 * ```ts
 * const serve = protectMcpServer(
 *   {
 *     resource: 'https://tasks.example/mcp',
 *     authorizationServers: ['https://login.example'],
 *     verifier: jwtVerifier({ issuer: 'https://login.example' }),
 *     exchanger: tokenExchanger({ issuer: 'https://login.example', clientId: 'tasks-mcp', client: clientSecretBasic(secret) }),
 *     apis: { tasks: { url: 'https://api.example/tasks', scopes: ['tasks:write'] } },
 *     toolScopes: { add_task: ['tasks:write'] },
 *     audit,
 *   },
 *   async (request, call) => {
 *     const mcp = createMcpHandler(() => taskServer(call))
 *     return mcp.fetch(request, { authInfo: call.authInfo })
 *   },
 * )
 * ```
 */
export function protectMcpServer(
  options: ProtectOptions,
  handler: (request: Request, call: ServerCall) => Promise<Response>,
): (request: Request) => Promise<Response> {
  const {
    verifier,
    exchanger,
    authorizationServers,
    scopes: always = [],
    maxBodyBytes = 1024 * 1024,
    now = Date.now,
    fetch = globalThis.fetch,
    deadline = 30_000,
    onError,
  } = options
  const resource = canonicalResource(options.resource)
  if (authorizationServers.length === 0)
    throw new TypeError('authorizationServers must name at least one issuer (RFC 9728)')
  if (!(Number.isInteger(maxBodyBytes) && maxBodyBytes > 0))
    throw new TypeError('maxBodyBytes must be a positive integer')
  const apis = new Map(
    Object.entries(options.apis ?? {}).map(([name, input]) => [name, parseApi(name, input)]),
  )
  if (apis.size > 0 && !exchanger)
    throw new TypeError(
      'apis need the setting exchanger: the token that an MCP server receives must not go on to an API',
    )
  const gate = createGate({ ...options, resource })
  const policy = toolPolicy(options.toolScopes, always)
  const auditor = createAuditor(options.audit, {
    now,
    ...(options.fingerprintKey ? { fingerprintKey: options.fingerprintKey } : {}),
  })
  const door = createDoor({
    resource,
    verifier,
    auditor,
    scopes: always,
    scopesSupported: policy.all,
    hop: 'server-door',
  })
  const vault = memoryVault({ now })
  const parts = {
    resource,
    apis,
    auditor,
    exchanger,
    fetch,
    deadline,
    vault,
    cache: issuedCache({ now }),
  }
  const accept = parseAccept(options.accept ?? {})
  const handles = accept.session ? sessionHandles({ vault, resource, now }) : undefined
  const sessions = sessionOwners({ now })
  const undeclared = undeclaredTools()
  const metadata = {
    resource,
    authorization_servers: authorizationServers,
    ...(policy.all.length > 0 ? { scopes_supported: policy.all } : {}),
    bearer_methods_supported: ['header'] as const,
  }

  function reporter({ principal, trace }: Admitted): ServerCall['report'] {
    return (error, tool) => {
      try {
        onError?.(error, { principal, trace, ...(tool === undefined ? {} : { tool }) })
      } catch {
        // A logger that is out of order must not decide what the caller is told.
      }
    }
  }

  const read = (request: Request): Promise<ReadBody> => readJson(request, maxBodyBytes, deadline)

  /** The request as it goes on from the door, with the body where it had to be read for its credential; or the answer to send. */
  async function admit(
    request: Request,
  ): Promise<Admission<Entered> | { readonly ok: false; readonly response: Response }> {
    const handle = handles ? request.headers.get(SESSION_HEADER) : null
    const withHeader = request.headers.has('authorization')
    if (!withHeader && handle === null && accept.meta !== undefined && request.method === 'POST') {
      const body = await read(request)
      // A body that cannot be read presents nothing: it is the door's to refuse and to record, like any request without a credential.
      const { credential, rest } = takeMeta(body.ok ? body.value : undefined, accept.meta)
      const admission = await door.admit(request, {
        presented: { credential, placement: `_meta ${accept.meta}` },
      })
      return admission.ok
        ? {
            ok: true,
            value: {
              ...admission.value,
              body: { ok: true, text: JSON.stringify(rest), value: rest },
            },
          }
        : admission
    }
    if (handle === null || !handles) return door.admit(request)
    if (!withHeader) return door.admit(request, { presented: await handles.present(handle) })
    const admission = await door.admit(request)
    // The token counts. A handle that is not its principal's says that two people's requests were mixed up on the way, or one was stolen.
    if (admission.ok && !handles.belongsTo(handle, admission.value.principal))
      return door.admit(request, { presented: FOREIGN_HANDLE })
    return admission
  }

  /** The body, once nothing in it is a second credential. */
  async function checkSingle(request: Request, body: ReadBody): Promise<ReadBody> {
    if (!body.ok || accept.meta === undefined || !takeMeta(body.value, accept.meta).present)
      return body
    const presented = {
      credential: refused('credential_repeated'),
      placement: `_meta ${accept.meta}`,
    }
    const admission = await door.admit(request, { presented })
    return admission.ok ? body : { ok: false, response: admission.response }
  }

  /** The request's body, once every tool that it calls is allowed; or the answer to send. */
  async function checkBody(request: Request, admitted: Entered): Promise<string | Response> {
    const body = admitted.body ?? (await checkSingle(request, await read(request)))
    if (!body.ok) return body.response
    const operations = operationsOf(body.value, request.headers)
    if (!operations.ok) return operations.response
    const needs = policy.needs(operations.tools)
    if (!needs.declared) return undeclared.refuse(needs.tool, door, admitted, reporter(admitted))
    if (needs.scopes.every((scope) => admitted.token.scopes.includes(scope))) return body.text
    return (await door.refuse(admitted, needs.scopes, operations.tools.join(' '))).response
  }

  async function run(request: Request, admitted: Admitted): Promise<Response> {
    const report = reporter(admitted)
    const { call, end } = await openCall(admitted, report, parts)
    try {
      return untilEnded(await handler(request, call), end)
    } catch (error) {
      end()
      report(error)
      return problem(500, -32_603, 'Internal error.')
    }
  }

  return async (request) => {
    const elsewhere = gate.refusesHost(request)
    if (elsewhere) return elsewhere
    // Public by its nature, to pages of every origin too; everything else is not.
    const document = resourceMetadataResponse(request, metadata)
    if (document) return document
    const foreign = gate.refusesOriginOrMethod(request)
    if (foreign) return foreign
    const admission = await admit(request)
    if (!admission.ok) return admission.response
    const { value: admitted } = admission
    const session = sessionOf(request.headers)
    if (session !== undefined && !sessions.owns(session, admitted.principal))
      return problem(404, SESSION_NOT_FOUND, 'Session not found.')
    const body = request.method === 'POST' ? await checkBody(request, admitted) : null
    if (body instanceof Response) return body
    // Before the handler runs: what cannot be kept is not promised, and the call ends its own deposit.
    const handle =
      handles && request.headers.has('authorization') ? await handles.give(admitted) : undefined
    const response = withHandle(await run(rebuilt(request, body, session), admitted), handle)
    const given = response.headers.get(SESSION)
    if (given !== null) sessions.given(given, admitted.principal)
    if (session !== undefined && request.method === 'DELETE' && response.ok) sessions.ended(session)
    return response
  }
}

/** An admitted request, and its body where that was read already. */
interface Entered extends Admitted {
  readonly body?: ReadBody
}

/** Only an answer that is a success opens a session. */
function withHandle(response: Response, handle: string | undefined): Response {
  if (handle === undefined || !response.ok) return response
  const answer = new Response(response.body, response)
  answer.headers.set(SESSION_HEADER, handle)
  // Whoever reads it from a cache would be this person.
  answer.headers.set('cache-control', 'no-store')
  return answer
}

const SESSION = 'mcp-session-id'

/** The code of the MCP SDK for it; the client starts anew. */
const SESSION_NOT_FOUND = -32_001

/** The session that a request names. From 2026-07-28 on there are none, and an id that is sent is ignored. */
function sessionOf(headers: Headers): string | undefined {
  // Revisions are dates, so they compare as texts.
  if ((headers.get('mcp-protocol-version') ?? '') >= '2026-07-28') return undefined
  return headers.get(SESSION) ?? undefined
}

/** What callers say about who they are stops at the door: tools see all headers of a request, and the principal is in the call. */
const STOPPED = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'x-user-id',
  SESSION_HEADER,
  'content-length',
]

/** The request as the handler gets it: the body that was checked, and no credential. */
function rebuilt(request: Request, body: string | null, session: string | undefined): Request {
  const headers = new Headers(request.headers)
  for (const name of STOPPED) headers.delete(name)
  if (session === undefined) headers.delete(SESSION)
  return new Request(request.url, { method: request.method, headers, body, signal: request.signal })
}
