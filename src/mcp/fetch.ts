// The `fetch` for one principal and one MCP server: what any agent framework takes. It places the credential, hides from the model what is
// not its to fill, takes credentials out of what comes back, and answers a tool call that could not be made with one fixed sentence.

import type { Auditor } from '../core/audit.ts'
import { type Binding, scopesOf } from '../core/binding.ts'
import { carryingFetch } from '../core/carry/carry.ts'
import { memoryReflectionMarks } from '../core/carry/memory-reflection-marks.ts'
import { headerPlacing, type Placing, type Sent } from '../core/carry/placing.ts'
import { AuthError, type Refusal, type RefusalReason, refused } from '../core/errors.ts'
import { isObject, type UnknownObject } from '../core/json.ts'
import type { Principal } from '../core/principal.ts'
import { principalKey } from '../core/principal.ts'
import { toSentence } from '../core/sentences.ts'
import type { CredentialSource } from '../core/source/parts.ts'
import { rewriteAnswer } from './answer/answer.ts'
import { readMessages, toolCallOf, withArguments } from './answer/message.ts'
import { type Asked, readAsked, withoutForeignText } from './answer/rpc.ts'
import { likenessOf } from './arguments/name.ts'
import { argumentPlacing } from './placements/argument.ts'
import { metaPlacing } from './placements/meta.ts'
import { referenced } from './placements/prompt.ts'
import { createReferences, mentionsReference, type References } from './placements/references.ts'
import { sessionPlacing } from './placements/session.ts'
import { type LiveSecrets, liveSecrets } from './redact/live-secrets.ts'
import { createQuarantine, type Quarantine } from './redact/quarantine.ts'
import { listTools } from './tools/list-tools.ts'
import { type Pins, type ToolBook, toolBook } from './tools/tool-book.ts'

/** What the MCP `fetch` is made of; the destination is the binding's URL and nothing else. */
export interface McpFetchOptions {
  readonly binding: Binding
  readonly source: CredentialSource
  readonly principal: Principal
  /** Verified claims that parameters may be filled from. Default none. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly auditor: Auditor
  readonly trace: string
  readonly fetch: typeof globalThis.fetch
  /** Milliseconds that a request may take in all; of a GET, until its headers. */
  readonly deadline: number
  /** Ends everything under way. Default: nothing does. */
  readonly signal?: AbortSignal
  /** Hears why a tool call was answered with a sentence. Default: nobody does. */
  readonly onRefused?: (refusal: Refusal) => void
  /** The run's references, shared by the fetches of all its servers. Default: none but its own. */
  readonly references?: References
  /** The run's live credentials, shared likewise. */
  readonly live?: LiveSecrets
  /** The server's quarantine, shared by all runs. Default: this one's, in memory. */
  readonly quarantine?: Quarantine
  /** Definitions of tools as first seen, shared by all runs. Default: this one's. */
  readonly pins?: Pins
  /** Characters of an answer, or of one event of it, that are taken in. Default 4 MiB. */
  readonly maxAnswer?: number
}

/**
 * Makes the `fetch` of one principal for one MCP server (Streamable HTTP, all protocol revisions).
 *
 * A refused or failed `tools/call` is answered as a tool result with `isError`; any other request throws {@link AuthError}. Bodies of
 * error answers never pass: MCP clients put them into exceptions, and servers echo what they were sent.
 */
export function mcpFetch(options: McpFetchOptions): typeof globalThis.fetch {
  const {
    binding,
    principal,
    auditor,
    trace,
    live = liveSecrets(),
    references = createReferences(),
    pins = new Map(),
  } = options
  const { name, url, resource, placement } = binding
  const {
    quarantine = createQuarantine({ binding, marks: memoryReflectionMarks(), now: Date.now }),
  } = options
  const note = (reason: RefusalReason, operation: string) =>
    auditor({
      hop: 'carry',
      trace,
      principal,
      outcome: 'refused',
      reason,
      destination: resource,
      operation,
    }).catch(() => {})
  const book = toolBook({
    binding,
    pins,
    owner: principalKey(principal),
    onRefused: (tool) => void note('tool_refused', sayable(tool)),
  })

  const source: CredentialSource = async (asked) => {
    const issued = await options.source(asked)
    if (issued.ok) live.add(issued.value.credential)
    return issued
  }
  const carry = carryingFetch({
    name,
    resource,
    source,
    principal,
    auditor,
    trace,
    hop: 'carry',
    fetch: options.fetch,
    deadlineMs: options.deadline,
    ...(options.signal ? { signal: options.signal } : {}),
    approves: (target) => target.href === url,
    throwProblems: { scopes: scopesOf(binding.source) },
    placing: unlessQuarantined(
      quarantine,
      guarded(placingOf(), book, placement.type === 'prompt', list, binding.leaveToModel),
    ),
  })
  const rules = {
    server: name,
    limit: options.maxAnswer ?? 4 * 1024 * 1024,
    text(text: string) {
      const next = redacted(text)
      return typeof next === 'string' ? next : ''
    },
    message: async (message: unknown) => redacted(await withToolsLearned(message, book)),
    ...(options.signal ? { signal: options.signal } : {}),
  }

  /** A name that the server chose, for the audit: one that no tool can have, or that holds a credential, is not repeated there. */
  function sayable(text: string): string {
    return /^[\w./-]{1,128}$/.test(text) && live.redactor().json(text).value === text
      ? text
      : 'a tool'
  }

  function redacted(message: unknown): unknown {
    const { value, hits, withheld } = live.redactor().json(message)
    if (hits + withheld > 0) void note('credential_reflected', 'answer')
    // What was only too deep or too much to search is no credential that was seen.
    if (hits > 0) quarantine.reflected()
    // Withheld as a whole, it would be no message, and its caller would wait for ever.
    return isObject(message) && !isObject(value)
      ? withheldMessage(message, toSentence({ reason: 'credential_reflected', server: name }))
      : value
  }

  let listing: Promise<void> | undefined
  /** Lists the tools for the book alone, as the framework would have: once, for a model may make up any number of names. */
  function list(sent: Sent): Promise<void> {
    listing ??= listTools((init) => carry(url, init), sent, rules).then((whole) => {
      if (!whole) listing = undefined
    })
    return listing
  }

  function placingOf(): Placing {
    const values = { principal, claims: options.claims ?? {} }
    const onOverwritten = (tool: string) => void note('arguments_refused', sayable(tool))
    const left = binding.leaveToModel
    switch (placement.type) {
      case 'header':
        return headerPlacing(placement.name)
      case 'meta':
        return metaPlacing(placement.key)
      case 'session':
        return sessionPlacing((handle) => live.add(handle))
      case 'argument':
        return argumentPlacing({ book, values, list, left, onOverwritten })
      case 'prompt':
        return argumentPlacing({
          book,
          values,
          list,
          left,
          onOverwritten,
          choose: referenced(references, name),
        })
    }
  }

  function told(refusal: Refusal): string {
    options.onRefused?.(refusal)
    return toSentence(refusal)
  }

  return async (input, init) => {
    const asked = () => (typeof init?.body === 'string' ? readAsked(init.body) : undefined)
    try {
      const response = await carry(input, init)
      if (response.ok) {
        const call = asked()
        if (!call?.toolCall) return await rewriteAnswer(response, rules)
        const instead = (reason: RefusalReason) =>
          resultMessage(
            call,
            told({ reason: options.signal?.aborted ? 'handle_refused' : reason, server: name }),
          )
        return await rewriteAnswer(response, { ...rules, awaited: { id: call.id, instead } })
      }
      // What is left steers the protocol: 404, 405, version negotiation. Carry throws for the rest.
      return await withoutForeignText(response, asked())
    } catch (error) {
      const call = asked()
      if (!call?.toolCall || !(error instanceof AuthError) || error.code === 'cancelled')
        throw error
      return toolResult(call, told(error.refusal))
    }
  }
}

/** Stops every request to a server that is in quarantine: some carry no credential, but a session or a person's words. */
function unlessQuarantined(quarantine: Quarantine, placing: Placing): Placing {
  return async (sent, attempt) => {
    const reason = await quarantine.refusal()
    return reason ? refused(reason) : placing(sent, attempt)
  }
}

/** Stops calls of tools that are refused, and references that are out of their place, before anything else is planned. */
function guarded(
  placing: Placing,
  book: ToolBook,
  replaces: boolean,
  list: (sent: Sent) => Promise<void>,
  leaveToModel: readonly string[],
): Placing {
  return async ({ headers, body }, attempt) => {
    // Frameworks may give bytes, or a Request; what cannot be read cannot be judged.
    const text =
      body instanceof ArrayBuffer || ArrayBuffer.isView(body)
        ? new TextDecoder().decode(body)
        : body
    if (typeof text !== 'string')
      return text === null
        ? placing({ headers, body: text }, attempt)
        : refused('arguments_refused')
    const referring = mentionsReference(text)
    if (referring && !replaces) return refused('reference_refused')
    // An escape could spell the method.
    if (referring || text.includes('tools/call') || text.includes('\\')) {
      const messages = readMessages(text)
      // A lax server may find calls in what is no message to us, such as a batch with something else in it.
      if (!messages) return refused('arguments_refused')
      for (const message of messages.list) {
        const call = toolCallOf(message)
        if (!call && message.method === 'tools/call') return refused('arguments_refused')
        // A list that went by another way has not been judged here; it matters where the model sends what looks like an identity.
        if (call && !book.tool(call.name) && namesSomebody(call.args, leaveToModel)) {
          await list({ headers, body: text })
          if (!book.tool(call.name)) return refused('tool_refused')
        }
        if (call && book.tool(call.name)?.refused) return refused('tool_refused')
        if (
          referring &&
          mentionsReference(JSON.stringify(call ? withArguments(message, null) : message))
        )
          return refused('reference_refused')
      }
    }
    return placing({ headers, body: text }, attempt)
  }
}

/** Whether arguments have a member whose name looks like a credential or an identity. */
function namesSomebody(args: unknown, leaveToModel: readonly string[]): boolean {
  const left = new Set(leaveToModel.map((pointer) => pointer.slice(pointer.lastIndexOf('/') + 1)))
  let found = false
  JSON.stringify(args ?? null, function (this: unknown, key, value: unknown) {
    if (!Array.isArray(this) && !left.has(key) && likenessOf(key) !== undefined) found = true
    return value
  })
  return found
}

/** A list of tools, wherever it arrives, goes on as the model may see it. */
async function withToolsLearned(message: unknown, book: ToolBook): Promise<unknown> {
  if (!isObject(message) || !isObject(message.result) || !Array.isArray(message.result.tools))
    return message
  const { tools } = message.result
  const learned = await book.learn(tools)
  const same =
    learned.length === tools.length && learned.every((tool, index) => tool === tools[index])
  return same ? message : { ...message, result: { ...message.result, tools: learned } }
}

function toolResult(call: Asked, sentence: string): Response {
  return Response.json(resultMessage(call, sentence))
}

function resultMessage({ id }: Asked, sentence: string): object {
  return {
    jsonrpc: '2.0',
    id,
    result: { resultType: 'complete', content: [{ type: 'text', text: sentence }], isError: true },
  }
}

/** What is given instead of a message of which nothing may pass. */
function withheldMessage({ id, result }: UnknownObject, sentence: string): object {
  if (typeof id !== 'string' && typeof id !== 'number') {
    return {
      jsonrpc: '2.0',
      method: 'notifications/message',
      params: { level: 'warning', data: sentence },
    }
  }
  const isToolResult = isObject(result) && 'content' in result
  if (isToolResult) return resultMessage({ id, toolCall: true }, sentence)
  return { jsonrpc: '2.0', id, error: { code: -32603, message: sentence } }
}
