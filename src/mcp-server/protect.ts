// protectMcpServer: puts the fetch handler of an MCP server behind a door.

import { createAuditor, logSink } from '../core/audit.ts'
import { Credential } from '../core/credential.ts'
import { type Admitted, createDoor } from '../core/door/door.ts'
import { granted, type Result } from '../core/errors.ts'
import { onBodyEnd } from '../core/http/on-body-end.ts'
import { checkArgument, isFunction } from '../core/option-values.ts'
import { quietly } from '../core/plain-http.ts'
import { principalKey } from '../core/principal.ts'
import { type ResourceMetadata, resourceMetadataResponse } from '../core/resource.ts'
import { missingScopes } from '../core/scope.ts'
import { issuedCache } from '../core/source/issued-cache.ts'
import { partiesOf } from '../core/source/issued-target.ts'
import { memoryVault } from '../core/vault/memory-vault.ts'
import { SESSION_HEADER } from '../core/wire-names.ts'
import { refusalNoter } from '../mcp/note-refusal.ts'
import {
  type LiveSecrets,
  type RunSecrets,
  type SentSecrets,
  sentSecrets,
} from '../mcp/redact/sent-secrets.ts'
import { approvedPolicy } from './approved-tools.ts'
import { beginTool } from './begin-tool.ts'
import { type ReadBody, readJson } from './body.ts'
import { type CallParts, openCall } from './call.ts'
import { cleanAnswer } from './clean-answer.ts'
import { type Entered, type EntranceParts, enter, readSingle } from './entrance.ts'
import { createGate, type Gate } from './gate.ts'
import { handlerRequest } from './handler-request.ts'
import { operationsOf } from './operations.ts'
import { type ProtectOptions, parseOptions } from './options.ts'
import { type Handler, permittedHandler } from './permitted.ts'
import { INTERNAL_ERROR, problem, requestIdOf, sessionNotFound } from './problem.ts'
import { reporter } from './reporter.ts'
import { addHandle, sessionHandles, takesHandle } from './session-handles.ts'
import {
  MCP_SESSION_HEADER,
  type SessionOwners,
  sessionIdOf,
  sessionOwners,
} from './session-owners.ts'
import { type ToolPolicy, toolPolicy } from './tool-policy.ts'
import { type UndeclaredTools, undeclaredTools } from './undeclared-tools.ts'

const IS_HANDLER = isFunction('it answers an admitted request: async (request, call) => …')

/** What every request of one server goes through. */
interface Protection extends EntranceParts {
  readonly handler: Handler
  readonly gate: Gate
  readonly metadata: ResourceMetadata
  readonly policy: ToolPolicy
  readonly hidesForbidden: boolean
  readonly undeclared: UndeclaredTools
  readonly sessions: SessionOwners
  readonly calls: CallParts
  /** What was sent to the APIs and presented here, by whoever. */
  readonly sent: SentSecrets
  readonly onError: ProtectOptions['onError']
}

/**
 * Puts an MCP server behind a door. A request reaches the handler only with a valid access token
 * that was issued for this server and has the scopes of the tools that the request calls. It wraps
 * any fetch handler of Streamable HTTP, with or without sessions. The handler gets requests without
 * their credential; `call.fetch` carries one that was issued for the API instead. It does not
 * answer CORS preflights.
 *
 * What the handler answers goes on without the credentials that were issued for the APIs and those
 * that callers presented. So an answer must not be compressed, and any other body than events is read
 * to its end before it goes on.
 *
 * The example makes an MCP handler for each request. A server that sends change notifications keeps
 * one handler, and finds the call of a request by its `authInfo`: the SDK gives the same object to
 * the factory.
 *
 * @returns A fetch handler, which also serves the protected resource metadata (RFC 9728).
 * @throws TypeError that names the setting, for a configuration that cannot work. Nothing is
 *   fetched.
 *
 * @example
 * ```ts
 * const serve = protectMcpServer(
 *   {
 *     resource: 'https://tasks.example/mcp',
 *     issuer: oidc({ issuer: 'https://login.example', clientId: 'tasks-mcp', clientSecret }),
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
  handler: Handler,
): (request: Request) => Promise<Response> {
  const protection = createProtection(options, handler)
  checkArgument('protectMcpServer: the handler', handler, IS_HANDLER)
  return (request) => serve(request, protection)
}

function createProtection(options: ProtectOptions, handler: Handler): Protection {
  const { resource, issuers, scopes, apis, accept, maxBodyBytes, fetch, deadlineMs, now } =
    parseOptions(options)
  const { fingerprintKey, observer, onError } = options
  const gate = createGate({ ...options, resource })
  const policy = toolPolicy(options.toolScopes, scopes)
  const { approved } = options
  const judge = approved ? approvedPolicy(approved, options.policy, now) : options.policy
  const auditor = createAuditor(options.audit ?? logSink, {
    now,
    ...(fingerprintKey && { fingerprintKey }),
    ...(observer && { observer }),
  })
  const vault = memoryVault({ now })
  return {
    handler: permittedHandler(handler, judge, { auditor, resource }),
    gate,
    metadata: {
      resource,
      authorization_servers: issuers.authorizationServers,
      ...(policy.all.length > 0 ? { scopes_supported: policy.all } : {}),
      bearer_methods_supported: ['header'],
    },
    door: createDoor({
      ...quietly(options),
      resource,
      ...(issuers.audience ? { audience: issuers.audience } : {}),
      verifier: issuers.verifier,
      auditor,
      scopes,
      scopesSupported: policy.all,
      hop: 'server-door',
    }),
    accept,
    handles:
      accept.session || accept.meta !== undefined
        ? sessionHandles({ vault, resource, now })
        : undefined,
    readBody: (request) => readJson(request, { maxBytes: maxBodyBytes, deadlineMs }),
    policy,
    hidesForbidden: options.hideForbiddenTools === true,
    undeclared: undeclaredTools(),
    sessions: sessionOwners({ now }),
    calls: {
      resource,
      apis,
      vault,
      auditor,
      cache: issuedCache({ now }),
      parties: partiesOf(
        issuers.audience ?? [resource],
        [...apis.values()].map(({ binding }) => binding),
      ),
      exchangerOf: issuers.exchangerOf,
      fetch,
      deadlineMs,
    },
    sent: sentSecrets({ now }),
    onError,
  }
}

/** One request, from the gate to the handler's answer. */
async function serve(request: Request, protection: Protection): Promise<Response> {
  const { gate, handles, sessions } = protection
  const wrongHost = gate.refusesHost(request)
  if (wrongHost) return wrongHost
  // The metadata is public, for pages of every origin too. Nothing else is.
  const metadata = resourceMetadataResponse(request, protection.metadata)
  if (metadata) return metadata
  const foreign = gate.refusesOriginOrMethod(request)
  if (foreign) return foreign

  const admission = await enter(request, protection)
  if (!admission.ok) return admission.response
  const { value: admitted } = admission
  const sessionId = sessionIdOf(request.headers)
  if (sessionId !== undefined && !sessions.owns(sessionId, admitted.principal))
    return sessionNotFound()
  const secrets = rememberPresented(request, admitted, sessionId, protection)
  const own = secrets.at(boundTo(protection.calls.resource))
  const body =
    request.method === 'POST' ? await allowBody(request, admitted, own, protection) : NO_BODY
  if (!body.ok) return body.refusal

  // Before the handler runs: if the vault cannot keep the token, the answer must not promise a
  // handle.
  const handle = takesHandle(request, body.value, sessionId, protection.accept)
    ? await handles?.give(admitted, sessionId)
    : undefined
  if (handle !== undefined) own.addPresented(new Credential(handle), admitted.token.expiresAt)
  const answer = await run(
    handlerRequest(request, body.value?.text ?? null, sessionId),
    body.value?.value,
    admitted,
    secrets,
    protection,
  )
  const response = addHandle(answer, handle)

  const newSessionId = response.headers.get(MCP_SESSION_HEADER)
  if (newSessionId !== null) sessions.remember(newSessionId, admitted.principal)
  if (sessionId !== undefined && request.method === 'DELETE' && response.ok)
    sessions.forget(sessionId)
  return response
}

const NO_BODY: Result<null, Response> = granted(null)

/** The body, when the token allows every tool that it calls; or the answer to send. */
async function allowBody(
  request: Request,
  admitted: Entered,
  own: LiveSecrets,
  protection: Protection,
): Promise<ReadBody> {
  const { door, policy, undeclared, onError } = protection
  const body = admitted.body ?? (await readSingle(request, protection))
  if (!body.ok) return body
  const tools = operationsOf(body.value.value, request.headers)
  if (!tools.ok) return tools
  const needs = policy.needs(tools.value)
  if (!needs.declared) {
    const report = reporter(admitted, onError)
    const { value } = body.value
    const refusal = await undeclared.refuse(needs.tool, value, door, admitted, report, own)
    return { ok: false, refusal }
  }
  if (missingScopes(needs.scopes, admitted.token.scopes).length === 0) return body
  const { response } = await door.refuse(admitted, needs.scopes, tools.value.join(' '))
  return { ok: false, refusal: response }
}

/** Remembers what the caller presented, so that the answer holds nothing of it. */
function rememberPresented(
  request: Request,
  { principal, token, credential }: Admitted,
  sessionId: string | undefined,
  { sent, handles, calls: { resource } }: Protection,
): RunSecrets {
  const secrets = sent.run(principalKey(principal))
  const own = secrets.at(boundTo(resource))
  own.addPresented(credential, token.expiresAt)
  // The door took it for what it is. Where there are no handles, it may be any text.
  const handle = handles ? request.headers.get(SESSION_HEADER) : null
  if (handle !== null) own.addPresented(new Credential(handle), token.expiresAt)
  if (sessionId !== undefined) own.addSession(sessionId)
  return secrets
}

/** Runs the handler. The call ends with the body of its answer. */
async function run(
  request: Request,
  body: unknown,
  entered: Admitted,
  secrets: RunSecrets,
  { handler, calls, onError, policy, hidesForbidden }: Protection,
): Promise<Response> {
  const { resource, auditor } = calls
  const underWay = beginTool(request, body, entered, auditor)
  const admitted = underWay ? { ...entered, traceparent: underWay.traceparent } : entered
  const report = reporter(admitted, onError)
  const opened = await openCall(admitted, secrets, report, calls).catch((error: unknown) => {
    underWay?.end({ reason: 'internal_error' })
    throw error
  })
  const { call } = opened
  const end = () => {
    opened.end()
    underWay?.end()
  }
  const binding = boundTo(resource)
  const note = refusalNoter({ ...admitted, auditor, binding, hop: 'server-door' })
  try {
    const answer = await handler(request, call)
    const live = secrets.at(binding)
    const describe = (message: unknown) =>
      policy.describe(hidesForbidden ? policy.allowedOnly(message, admitted.token.scopes) : message)
    return onBodyEnd(await cleanAnswer(answer, { resource, live, note, describe }), end)
  } catch (error) {
    underWay?.end({ reason: 'internal_error' })
    end()
    report(error)
    return problem(500, INTERNAL_ERROR, 'Internal error.', { id: requestIdOf(body) })
  }
}

function boundTo(resource: string) {
  return { resource, source: { type: 'own' } } as const
}
