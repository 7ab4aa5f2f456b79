// createOnBehalf puts the parts together for an app: door, vault, sources, and a caller for each
// admitted request.

import { type ActFor, awayActor } from './act-for.ts'
import { type AnswerInNameOf, answerAs } from './answer-as.ts'
import { type AskedResource, admitter, describer, doorsByResource, opener } from './app-doors.ts'
import { type AppMemory, appMemory, type WayTo } from './app-memory.ts'
import type { Caller } from './caller.ts'
import type { CallerParts } from './caller-parts.ts'
import type { KeepingParts } from './callers-by-token.ts'
import { type Consents, createConsents } from './consents.ts'
import { type Auditor, createAuditor, logSink } from './core/audit.ts'
import { type DeclaredIssuers, declaredIssuers } from './core/declared-issuers.ts'
import { type Admission, createDoor, type Door } from './core/door/door.ts'
import { checkOptions } from './core/known-options.ts'
import { allowedHttp, quietly } from './core/plain-http.ts'
import { type Principal, principalKey } from './core/principal.ts'
import { canonicalResource } from './core/resource.ts'
import { isScope } from './core/scope.ts'
import type { EndedSignIn } from './core/sign-ins.ts'
import { issuedCache } from './core/source/issued-cache.ts'
import { partiesOf } from './core/source/issued-target.ts'
import { memoryVault } from './core/vault/memory-vault.ts'
import { namedScopes, parseServers, warnOfSettings } from './declared-servers.ts'
import { quarantines } from './mcp/redact/quarantine.ts'
import { refusalTeller } from './mcp/tools/tell-refusals.ts'
import type { OnBehalfOptions } from './on-behalf-options.ts'
import { ON_BEHALF_OPTIONS, ON_BEHALF_VALUES } from './option-names.ts'

/** What an app holds. */
export interface OnBehalf {
  /**
   * Answers a request in its caller's name. It sends the 401, 403 or 503 where the door refuses, and
   * the protected resource metadata where that is what is asked for. The caller ends when the body of
   * the response has ended, failed or been cancelled, or when the client has gone: a streamed answer
   * keeps it for as long as it needs.
   *
   * @throws TypeError when `answer` gives no response; and what `answer` throws.
   *
   * @example
   * ```ts
   * export const POST = (request: Request) =>
   *   onbehalf.handle(request, async (caller) => {
   *     const tools = await toolsOver(caller.fetch('Tasks'))
   *     return streamText({ model, tools, prompt }).toTextStreamResponse()
   *   })
   * ```
   */
  handle(request: Request, answer: AnswerInNameOf, asked?: AskedResource): Promise<Response>
  /**
   * Admits a request by its access token, or by the cookie of a sign-in that is kept (`session`); or
   * gives the answer to send: 400, 401, 403 or 503.
   */
  admit(request: Request, asked?: AskedResource): Promise<Admission<Caller>>
  /**
   * Answers a request for the protected resource metadata (RFC 9728); undefined for any other
   * request.
   */
  metadata(request: Request, asked?: AskedResource): Response | undefined
  /** What people have agreed that the app may do while they are away. */
  readonly consents: Consents
  /**
   * Gives a caller for work while its person is away, such as a scheduled job: only with a consent
   * that they have given for this job, and within it. End the caller when the work is done.
   *
   * @example
   * ```ts
   * const acting = await onbehalf.actFor(principal, { job: 'weekly-report' })
   * if (!acting.ok) return skip(acting.refusal.reason)
   * await using caller = acting.value
   * ```
   */
  readonly actFor: ActFor
  /**
   * Ends everything that is under way for a principal in this process, and drops every token that
   * was issued for them. Call it at sign-out, or when a sign-in is revoked. A later request with a
   * valid token is admitted again.
   */
  revoke(principal: Principal): void
  /**
   * Ends a sign-in that has ended at its issuer: everything under way for its person in this process,
   * as `revoke` does, and the tokens of that sign-in are not admitted here any more.
   * `backChannelLogout` of onbehalf/jwt calls it.
   */
  endSignIn(ended: EndedSignIn): void
}

/**
 * Puts the parts together. It fetches nothing.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work.
 *
 * @example
 * ```ts
 * const onbehalf = createOnBehalf({
 *   resource: 'https://app.example/chat',
 *   issuer: oidc({ issuer: 'https://login.example', clientId: 'app', clientSecret }),
 *   servers: {
 *     tasks: {
 *       url: 'https://tasks.example/mcp',
 *       source: { type: 'exchange', scopes: ['tasks:read'] },
 *     },
 *   },
 *   audit,
 * })
 * const response = await onbehalf.handle(request, async (caller) => {
 *   const transport = new StreamableHTTPClientTransport(url, { fetch: caller.fetch('tasks') })
 *   return answerOf(transport)
 * })
 * ```
 */
export function createOnBehalf(options: OnBehalfOptions): OnBehalf {
  return onBehalfRemembering(options).onbehalf
}

/** An app, and its way into the place of the one before. */
interface Remembering {
  readonly onbehalf: OnBehalf
  /** What keeps callers between requests. */
  readonly keeping: Omit<KeepingParts, 'digest'>
  /** From now on, what the callers of the app before do goes by the servers of this one. */
  takeOver(): void
}

/**
 * Does the same for the gateway, which makes a new one when its settings change. It is not exported.
 *
 * @param before What the one before remembers. The new one goes on with it.
 * @param wayTo The `fetch` of a server that is not spoken to as the others are. Default: there is none.
 */
export function onBehalfRemembering(
  options: OnBehalfOptions,
  before?: AppMemory,
  wayTo?: WayTo,
): Remembering {
  checkOptions('createOnBehalf', '', options, ON_BEHALF_OPTIONS, ON_BEHALF_VALUES)
  const { now = Date.now, vault = memoryVault({ now }) } = options
  const issuers = declaredIssuers(options)
  const allowsHttp = allowedHttp(options)
  const named =
    options.resource === undefined ? undefined : canonicalResource(options.resource, allowsHttp)
  if (options.identityAssertions && (options.issuers ?? []).length > 1)
    throw new TypeError(
      'identityAssertions work with one issuer: the tokens of another one must not go to it',
    )
  const deadlineMs = checkSettings(options)
  const bindings = parseServers(options, issuers, allowsHttp)
  warnOfSettings(bindings, options.warn ?? console.warn)
  const scopesSupported = options.scopesSupported ?? namedScopes(options.scopes ?? [], bindings)
  const auditor = auditorOf(options, now)
  const cache = issuedCache({ now })
  const memory = before ?? appMemory(now)
  const { running, signedIn, sent, marks, pins } = memory
  const verifier = signedIn.watch(issuers.verifier)
  const doorOf = doorsOf(options, { issuers, verifier, auditor, scopesSupported })
  // What is wrong with the settings is told now, not to the first person.
  doorOf(named)
  const parts: CallerParts = {
    bindings,
    // Those of work within a consent are fewer, and stay so.
    newest: (known) => (known === bindings ? (memory.bindings ?? bindings) : known),
    sources: {
      ...options,
      vault,
      auditor,
      cache,
      parties: partiesOf(
        issuers.audience ?? (named === undefined ? [] : [named]),
        bindings.values(),
      ),
    },
    running,
    hasEnded: signedIn.hasEnded,
    quarantineOf: quarantines(options.reflectionMarks ?? marks, now),
    sent,
    pins: options.toolPins ?? pins,
    policy: () => (memory.bindings ? memory.policy : options.policy),
    processes: options.processes,
    tellRefusals: refusalTeller(options.warn ?? console.warn),
    fetchTo: (server) => (memory.wayTo ?? wayTo)?.(server) ?? options.fetch ?? globalThis.fetch,
    deadlineMs,
    totalDeadlineMs: options.totalDeadline,
    now,
  }

  const revoke = (principal: Principal) => {
    const owner = principalKey(principal)
    running.revoke(principal)
    cache.forget(owner)
    options.processes?.end(owner)
  }

  const { consents: store, session } = options
  const open = opener(doorOf, issuers, parts)
  const admit = admitter(open, named, session)
  const metadata = describer(named, issuers, scopesSupported)

  const onbehalf: OnBehalf = {
    async handle(request, answer, asked) {
      const document = metadata(request, asked)
      if (document) return document
      const admission = await admit(request, asked)
      return admission.ok ? answerAs(admission.value, request.signal, answer) : admission.response
    },
    admit,
    metadata,
    consents: createConsents({ store, bindings, auditor, now }),
    actFor: awayActor({ store, session, resource: named, open, parts }),
    revoke,
    endSignIn(ended) {
      for (const principal of signedIn.end(ended)) revoke(principal)
    },
  }
  const takeOver = () => {
    Object.assign(memory, { bindings, policy: options.policy, wayTo })
  }
  return { onbehalf, takeOver, keeping: { doorOf, issuers, shared: parts } }
}

/** What every door of an app has. */
interface DoorParts {
  readonly issuers: DeclaredIssuers
  readonly verifier: DeclaredIssuers['verifier']
  readonly auditor: Auditor
  readonly scopesSupported: readonly string[]
}

/** The doors of an app, one for each of its resources. */
function doorsOf(
  options: OnBehalfOptions,
  { issuers, ...parts }: DoorParts,
): (resource: string | undefined) => Door {
  return doorsByResource((resource) =>
    createDoor({
      ...(resource === undefined ? {} : { resource }),
      ...(issuers.audience ? { audience: issuers.audience } : {}),
      ...quietly(options),
      ...parts,
      ...(options.scopes ? { scopes: options.scopes } : {}),
      ...(options.subjectHeader ? { subjectHeader: options.subjectHeader } : {}),
      ...(options.proofs ? { proofs: options.proofs } : {}),
    }),
  )
}

function auditorOf(options: OnBehalfOptions, now: () => number): Auditor {
  const { audit = logSink, fingerprintKey, observer } = options
  return createAuditor(audit, {
    now,
    ...(fingerprintKey ? { fingerprintKey } : {}),
    ...(observer ? { observer } : {}),
  })
}

/** Timers treat a longer time as 1 ms. */
const MAX_DEADLINE_MS = 2 ** 31 - 1

/** Checks the settings that no other part checks, and gives the deadline. */
function checkSettings(options: OnBehalfOptions): number {
  const { deadline = 60_000, totalDeadline, scopes = [], scopesSupported = [] } = options
  if (!(deadline > 0 && deadline <= MAX_DEADLINE_MS))
    throw new TypeError('deadline must be a number of milliseconds, from 1 to 2147483647')
  if (totalDeadline !== undefined && !(totalDeadline > 0 && totalDeadline <= MAX_DEADLINE_MS))
    throw new TypeError('totalDeadline must be a number of milliseconds, from 1 to 2147483647')
  for (const scope of [...scopes, ...scopesSupported])
    if (!isScope(scope))
      throw new TypeError(`scopes: "${scope}" is no scope token (RFC 6749 section 3.3)`)
  return deadline
}
