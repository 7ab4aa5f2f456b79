// The `fetch` for one principal and one MCP server: what any agent framework takes. It puts guard,
// placing, carry and the rewriting of answers together; each has a file of its own.

import { type Binding, bindingOfSource, scopesOf } from '../core/binding.ts'
import { isListed } from '../core/call-policy.ts'
import { carrier, type Finish } from '../core/carry/carry.ts'
import { memoryReflectionMarks } from '../core/carry/memory-reflection-marks.ts'
import type { Placing } from '../core/carry/placing.ts'
import { whyEnded } from '../core/carry/running-calls.ts'
import { AuthError, type Refusal } from '../core/errors.ts'
import { onBodyEnd } from '../core/http/on-body-end.ts'
import { checkOptions } from '../core/known-options.ts'
import type { Principal } from '../core/principal.ts'
import { principalKey } from '../core/principal.ts'
import { toSentence } from '../core/sentences.ts'
import { aboutRequests } from './about-requests.ts'
import { rewriteAnswer } from './answer/answer.ts'
import { reduceErrorAnswer } from './answer/error-answer.ts'
import { failedResult } from './answer/failure-message.ts'
import { type RpcRequest, readMessages, requestIn } from './answer/message.ts'
import type { AwaitedCall } from './answer/rules.ts'
import { answerRules, type Books, redactingRules } from './answers.ts'
import { callPatience, serverRequests } from './call-patience.ts'
import { catalogsOf } from './catalogs.ts'
import { MCP_FETCH_OPTIONS, MCP_FETCH_VALUES, type McpFetchOptions } from './fetch-options.ts'
import { guardPlacing } from './guard.ts'
import { judgedRules } from './judged-results.ts'
import { legacySse } from './legacy-sse.ts'
import { overwritingNoter, refusalNoter } from './note-refusal.ts'
import { callJudge, listedTools, Permits } from './permits.ts'
import { placeNeeded } from './placements/needed.ts'
import { placingFor } from './placements/placing-for.ts'
import { createReferences } from './placements/references.ts'
import { createQuarantine, type Quarantine } from './redact/quarantine.ts'
import { isClean } from './redact/reflections.ts'
import { type RunSecrets, rememberingSource, sentSecrets } from './redact/sent-secrets.ts'
import { placeOf, sayableName, sayableRefusal } from './sayable.ts'
import { ServerMemory } from './server-memory.ts'
import type { LearningParts, ToolBook } from './tools/tool-book.ts'

const DEFAULT_MAX_ANSWER_CHARS = 4 * 1024 * 1024

/**
 * Makes the `fetch` of one principal for one MCP server (Streamable HTTP, all protocol revisions).
 *
 * It answers a `tools/call` that was refused or failed with a tool result that has `isError`.
 * Bodies of error answers never pass: MCP clients put them into exceptions, and servers echo what
 * they were sent.
 *
 * @returns A `fetch` that throws {@link AuthError} for any other request that was refused or
 *   failed, and for a call that its caller cancelled.
 * @throws TypeError for an option that is missing, misspelt or of the wrong kind.
 *
 * @example
 * ```ts
 * const fetch = mcpFetch({
 *   binding, source, principal, auditor, trace, fetch: send, deadline: 30_000,
 * })
 * const transport = new StreamableHTTPClientTransport(new URL(binding.url), { fetch })
 * ```
 */
export function mcpFetch(options: McpFetchOptions): typeof globalThis.fetch {
  checkOptions('mcpFetch', '', options, MCP_FETCH_OPTIONS, MCP_FETCH_VALUES)
  return mcpFetchChecked(options)
}

/** The same, for options that are right: whoever makes one for each request has checked them once. */
export function mcpFetchChecked(options: McpFetchOptions): typeof globalThis.fetch {
  const { name } = options.binding
  const { carry, place, rules, judged, legacy, live } = partsOf(options)
  const about = aboutRequests(options.auditor, live)
  const { deadline: deadlineMs, totalDeadline = 600_000 } = options
  const totalMs = Math.max(deadlineMs, totalDeadline)
  const requests = serverRequests()

  /** The sentence for the model; the app is told the reason. */
  function tell(refusal: Refusal): string {
    options.onRefused?.(refusal)
    return toSentence(refusal)
  }

  /** What a tool call is answered with when the server does not. */
  function insteadOf({ id }: RpcRequest): AwaitedCall['instead'] {
    return (reason) =>
      failedResult(
        id,
        tell({
          reason: options.signal?.aborted ? whyEnded(options.signal) : reason,
          server: name,
        }),
      )
  }

  return async (input, init) => {
    const messages = readMessages(init?.body)
    const request = requestIn(messages)
    const call = request?.isToolCall ? request : undefined
    requests.sent(messages)
    judged.sent(messages)
    const stream = legacy.at(input, init)
    const forget = call && stream?.expect(call, insteadOf(call))
    const finish: Finish = async (response, hold) => {
      if (stream && response.ok) return stream.accepted(response, messages)
      forget?.()
      // The errors that are left steer the protocol: 404, 405, version negotiation. Carry throws
      // the rest.
      if (!response.ok) return reduceErrorAnswer(response, request)
      // Without a message it is a GET, for the stream of the server's own messages.
      if (!messages) {
        const endless = { ...rules, isEndless: true, legacy: legacy.begin() }
        return rewriteAnswer(response, endless, hold)
      }
      if (!call) return rewriteAnswer(response, rules, hold)
      const listening = response.status === 202 ? legacy.listening() : undefined
      if (listening) {
        if (!listening.hasPassed(call.id)) listening.expect(call, insteadOf(call))
        return listening.accepted(response, messages)
      }
      const patience = () => callPatience({ deadlineMs, totalMs, requests })
      const awaited = { id: call.id, instead: insteadOf(call), patience }
      return rewriteAnswer(response, { ...rules, awaited }, hold)
    }
    const permits = new Permits()
    try {
      const placing: Placing = (sent, attempt) => place(sent, attempt, messages, permits)
      const response = await carry(input, init, placing, finish, about?.(messages))
      return permits.isEmpty ? response : onBodyEnd(response, () => permits.end())
    } catch (error) {
      permits.end()
      forget?.()
      if (!call || !(error instanceof AuthError) || error.code === 'cancelled') throw error
      const result = failedResult(call.id, tell(error.refusal))
      return stream ? stream.answered(result) : Response.json(result)
    }
  }
}

/** The parts of one MCP `fetch`, put together. */
function partsOf(options: McpFetchOptions) {
  const { binding, principal, memory = new ServerMemory() } = options
  const { name, url, resource } = binding
  const secrets = options.secrets ?? ownSecrets(principal)
  const live = secrets.at(binding)
  const quarantine = options.quarantine ?? ownQuarantine(binding)
  const note = refusalNoter(options)
  const noteOverwriting = overwritingNoter(options)
  const learning: LearningParts = {
    sayable: (tool) => sayableName(tool, live),
    onRefused: (refused) => {
      const told = refused.map((one) => sayableRefusal(one, live))
      for (const { tool = 'a tool', why, parameters } of told)
        note('tool_refused', tool, why, placeOf(parameters))
      options.tellRefusals?.(name, told)
    },
  }
  const { books, needed } = memory.keep(binding, options.pins, principal)
  const redacting = {
    server: name,
    live,
    quarantine,
    note,
    maxChars: options.maxAnswer ?? DEFAULT_MAX_ANSWER_CHARS,
    signal: options.signal,
  }
  const cleaning = answerRules({
    ...redacting,
    books: listedBooks(books, options),
    learning: (kind) => ({ ...learning, rest: catalogs[kind].rest() }),
  })
  const { rules, ...judged } = judgedRules(options, note, cleaning)
  const legacy = legacySse({
    binding,
    isClean: (text) => rules.text(text) === text,
    redact: (text) => live.redactor().text(text).text,
    session: rules.session,
    onRefused: (reason) => note(reason, 'endpoint'),
    deadlineMs: options.deadline,
  })
  const ask = (init: RequestInit) => {
    const stream = legacy.latest()
    const send = (init: RequestInit) => carry(stream?.endpoint ?? url, init, place)
    return stream ? stream.ask(init, send) : send(init)
  }
  const asking = { ask, rules: redactingRules(redacting), isOneStream: () => !!legacy.latest() }
  const catalogs = catalogsOf(books, { ...asking, memory, learning })
  const placing = placingFor(binding, {
    catalogs,
    live,
    references: options.references ?? createReferences(),
    values: { principal, claims: options.claims ?? {} },
    onOverwritten: (tool) => noteOverwriting(sayableName(tool, live)),
    isSayable: (text) => isClean(text, live),
    ...(options.onStart ? { onStart: options.onStart } : {}),
  })
  const place = guardPlacing(placeNeeded(placing, needed), {
    binding,
    quarantine,
    catalogs,
    ...(options.policy ? { judgeCalls: callJudge(options.policy, options) } : {}),
    onSession: live.addSession,
  })
  const carry = carrier({
    name,
    resource,
    source: rememberingSource(options.source, live),
    sources: Object.fromEntries(
      Object.entries(options.sources ?? {}).map(([source, give]) => [
        source,
        rememberingSource(give, secrets.at(bindingOfSource(binding, source))),
      ]),
    ),
    principal,
    auditor: options.auditor,
    trace: options.trace,
    traceparent: options.traceparent,
    hop: 'carry',
    fetch: options.fetch,
    deadlineMs: options.deadline,
    ...(options.signal ? { signal: options.signal } : {}),
    approves: (target, method) =>
      target.href === url || legacy.at(target, { method }) !== undefined,
    throwProblems: { scopes: options.knownScopes ?? scopesOf(binding.source) },
  })
  return { carry, place, rules, judged, legacy, live }
}

/**
 * The books of a server for this fetch alone: what the policy hides depends on the claims of now, and
 * the books are kept.
 */
function listedBooks(
  books: Books,
  { policy, binding, principal, claims = {} }: McpFetchOptions,
): Books {
  if (!policy) return books
  const { tools } = books
  const isInList = (tool: string) =>
    isListed(policy, { principal, claims, server: binding.name, tool })
  const learn: ToolBook['learn'] = async (page, told, cursor) =>
    listedTools(await tools.learn(page, told, cursor), isInList)
  return { ...books, tools: { ...tools, learn } }
}

/** The quarantine of a server whose app shares none. */
export function ownQuarantine(binding: Binding): Quarantine {
  return createQuarantine({ binding, marks: memoryReflectionMarks(), now: Date.now })
}

/** The secrets of a run whose app shares none. */
export function ownSecrets(principal: Principal): RunSecrets {
  return sentSecrets({ now: Date.now }).run(principalKey(principal))
}
