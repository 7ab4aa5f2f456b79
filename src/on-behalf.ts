// createOnBehalf puts the parts together for an app: door, vault, sources, and a caller for each
// admitted request.

import { type ActFor, awayActor } from './act-for.ts'
import { type AnswerInNameOf, answerAs } from './answer-as.ts'
import { type AskedResource, admitter, describer, doorsByResource, opener } from './app-doors.ts'
import { type AppMemory, appMemory } from './app-memory.ts'
import type { Caller } from './caller.ts'
import type { CallerParts } from './caller-parts.ts'
import { type Consents, createConsents } from './consents.ts'
import { createAuditor, logSink } from './core/audit.ts'
import {
  audiencesOf,
  type Binding,
  MAIN,
  placementOf,
  scopesOf,
  sourcesOf,
} from './core/binding.ts'
import { type DeclaredIssuers, declaredIssuers } from './core/declared-issuers.ts'
import { type Admission, createDoor } from './core/door/door.ts'
import { checkOptions } from './core/known-options.ts'
import { parseBinding } from './core/parse-binding.ts'
import { type AllowsHttp, allowedHttp, quietly } from './core/plain-http.ts'
import { type Principal, principalKey } from './core/principal.ts'
import { canonicalResource } from './core/resource.ts'
import { isScope } from './core/scope.ts'
import type { EndedSignIn } from './core/sign-ins.ts'
import { issuedCache } from './core/source/issued-cache.ts'
import { partiesOf } from './core/source/issued-target.ts'
import { missingPart } from './core/source/source.ts'
import { memoryVault } from './core/vault/memory-vault.ts'
import { literalWarning } from './mcp/placements/prompt-values.ts'
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
  return onBehalfRemembering(options)
}

/**
 * Does the same for the gateway, which makes a new one when its settings change. It is not exported.
 *
 * @param before What the one before remembers. The new one goes on with it.
 */
export function onBehalfRemembering(options: OnBehalfOptions, before?: AppMemory): OnBehalf {
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
  const { fingerprintKey } = options
  const auditor = createAuditor(options.audit ?? logSink, {
    now,
    ...(fingerprintKey ? { fingerprintKey } : {}),
  })
  const cache = issuedCache({ now })
  const { running, signedIn, sent, marks, pins } = before ?? appMemory(now)
  const verifier = signedIn.watch(issuers.verifier)
  const doorOf = doorsByResource((resource) =>
    createDoor({
      ...(resource === undefined ? {} : { resource }),
      ...(issuers.audience ? { audience: issuers.audience } : {}),
      ...quietly(options),
      verifier,
      auditor,
      scopesSupported,
      ...(options.scopes ? { scopes: options.scopes } : {}),
      ...(options.subjectHeader ? { subjectHeader: options.subjectHeader } : {}),
      ...(options.proofs ? { proofs: options.proofs } : {}),
    }),
  )
  // What is wrong with the settings is told now, not to the first person.
  doorOf(named)
  const parts: CallerParts = {
    bindings,
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
    processes: options.processes,
    tellRefusals: refusalTeller(options.warn ?? console.warn),
    fetch: options.fetch ?? globalThis.fetch,
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

  return {
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

/** Parses the bindings, and checks that each one's source has the part that it works with. */
function parseServers(
  options: OnBehalfOptions,
  issuers: DeclaredIssuers,
  allowsHttp: AllowsHttp,
): ReadonlyMap<string, Binding> {
  const bindings = new Map<string, Binding>()
  for (const [name, input] of Object.entries(options.servers)) {
    const binding = parseBinding(name, input, allowsHttp)
    for (const [sourceName, source] of sourcesOf(binding)) {
      const setting = missingPart(source, options)
      const problem = setting === 'exchanger' ? issuers.cannotExchange : setting && needs(setting)
      const at = sourceName === MAIN ? 'source' : `sources.${sourceName}`
      if (problem !== undefined)
        throw new TypeError(`servers.${name}.${at} is "${source.type}": ${problem}`)
    }
    if (binding.process && !options.processes)
      throw new TypeError(
        `servers.${name}.process needs the setting processes: childProcesses() of onbehalf/stdio`,
      )
    bindings.set(name, binding)
  }
  return bindings
}

function needs(setting: string): string {
  return `it needs the setting ${setting}; onbehalf/oauth and onbehalf/store have it`
}

/** Warns of what is allowed and not safe. */
function warnOfSettings(
  bindings: ReadonlyMap<string, Binding>,
  warn: (message: string) => void,
): void {
  for (const binding of bindings.values()) {
    const { name } = binding
    if (placementOf(binding, 'args'))
      warn(
        `servers.${name} has a credential in the arguments of a process: every user of the machine can read those. Use the placement "env" where the server takes it.`,
      )
    if (placementOf(binding, 'prompt')?.insecurelyShowLiteralTokens) warn(literalWarning(name))
    for (const [, source] of sourcesOf(binding))
      if (source.type === 'own' && source.audience !== undefined)
        warn(
          `servers.${name} gets the person's own token, as one for ${audiencesOf(source).join(', ')}: it can use that token everywhere where this audience is taken. A token service or the source "exchange" would give it one of its own.`,
        )
  }
}

/** The door's own scopes and those of the bindings. */
function namedScopes(
  doorScopes: readonly string[],
  bindings: ReadonlyMap<string, Binding>,
): readonly string[] {
  const named = [...bindings.values()].flatMap(sourcesOf).flatMap(([, source]) => scopesOf(source))
  return [...new Set([...doorScopes, ...named])]
}
