// Rewrites a stream of server-sent events, each when it is complete, however the stream is cut into
// chunks.

import type { Hold } from '../../core/carry/carry.ts'
import { AuthError, type RefusalReason } from '../../core/errors.ts'
import type { UnknownObject } from '../../core/json.ts'
import { toError } from '../../core/sentences.ts'
import { type Budget, workBudget } from '../redact/budget.ts'
import { eventLines } from './event-lines.ts'
import { isAnswerTo } from './message.ts'
import { parseAnswer } from './parse-answer.ts'
import { type AnswerRules, budgetOf, type CallPatience, rewriteJson } from './rules.ts'

type Bytes = Uint8Array<ArrayBuffer>
type Output = ReadableStreamDefaultController<Bytes>

/**
 * Rewrites a stream. When it breaks off, the awaited call is answered, or the stream ends in an
 * AuthError.
 *
 * @param hold Is told at once, and what it gives is called when nothing more is read of the source.
 *   Default: nobody is told.
 */
export function rewriteEvents(
  source: ReadableStream<Bytes>,
  rules: AnswerRules,
  hold?: Hold,
): ReadableStream<Bytes> {
  const events = new EventRewriter(source, rules, hold)
  return new ReadableStream({
    start: (output) => events.start(output),
    pull: (output) => events.pull(output),
    cancel: (reason) => events.cancel(reason),
  })
}

/** A call's stream may be this many times as long as one event. */
const MAX_EVENTS_OF_FULL_SIZE = 8
/** Other fields than data are short. */
const MAX_FIELD_CHARS = 1024

const STEPS_OF_EVENT = 200
const STEPS_OF_LINE = 10

/** One stream under way. */
class EventRewriter {
  readonly #reader: ReadableStreamDefaultReader<Bytes>
  readonly #rules: AnswerRules
  readonly #onEnd: (() => void) | undefined
  readonly #patience: CallPatience | undefined
  readonly #completeEvents: ReturnType<typeof eventLines>
  readonly #encoder = new TextEncoder()
  /** The work of the whole stream. */
  readonly #budget: Budget
  /** The chunk that is read while the one before it is rewritten. */
  #ahead: ReturnType<ReadableStreamDefaultReader<Bytes>['read']> | undefined
  /** Why there is no such chunk. */
  #ended: unknown
  #bytes = 0
  /** Whether the awaited answer was seen in an event; then, whether that event went on. */
  #sawAnswer = false
  #isAnswered = false
  #isResumable = false

  constructor(source: ReadableStream<Bytes>, rules: AnswerRules, hold?: Hold) {
    this.#reader = source.getReader()
    this.#rules = rules
    const patience = rules.awaited?.patience?.()
    this.#patience = patience
    this.#onEnd = hold?.(patience && (() => patience.moreMs()))
    this.#completeEvents = eventLines(rules.maxChars, rules.server)
    this.#budget = rules.isEndless ? workBudget({ steps: Infinity }) : budgetOf(rules)
  }

  start(output: Output): void {
    this.#rules.legacy?.opened((message) => this.#write(output, message))
  }

  /** Gives the events of the next chunk that completes one. */
  async pull(output: Output): Promise<void> {
    try {
      for (let wrote = false; !wrote; ) {
        const { done, value } = await (this.#ahead ?? this.#reader.read())
        // Lines after the last complete event are dropped: the standard says that they are no
        // event, and they may be the beginning of a secret.
        if (done) return this.#finish(output)
        this.#count(value)
        this.#readAhead()
        for (const lines of this.#completeEvents(value)) {
          const event = await this.#rewrite(lines)
          this.#isAnswered = this.#sawAnswer
          if (event === '') continue
          output.enqueue(this.#encoder.encode(`${event}\n\n`))
          wrote = true
        }
      }
    } catch (error) {
      this.#fail(output, error)
    }
  }

  cancel(reason: unknown): Promise<void> {
    this.#onEnd?.()
    this.#rules.legacy?.ended()
    return this.#reader.cancel(reason)
  }

  /** A call has a total of bytes: one that never ends would cost the others for ever. */
  #count({ length }: Bytes): void {
    const { isEndless, maxChars, server } = this.#rules
    this.#bytes += length
    if (!isEndless && this.#bytes > MAX_EVENTS_OF_FULL_SIZE * maxChars)
      throw toError({ reason: 'answer_too_large', server })
  }

  /** A deadline that passes while events are rewritten is heard of by this read alone. */
  #readAhead(): void {
    this.#ahead = this.#reader.read()
    this.#ahead.catch((error: unknown) => {
      this.#ended = error
    })
  }

  async #rewrite(lines: readonly string[]): Promise<string> {
    // With an event's id a client may ask for the events after it (MCP 2025-11-25).
    this.#isResumable ||= lines.some((line) => /^id: ?[^ ]/.test(line))
    const budget = this.#rules.isEndless ? budgetOf(this.#rules, this.#budget) : this.#budget
    const rewritten = await rewriteEvent(lines, this.#watching(), budget)
    if (budget.isTurnDue) await budget.turn()
    // What the platform ends is an exception of the DOM; a connection that breaks is not.
    if (this.#ended instanceof DOMException) throw this.#ended
    return rewritten
  }

  /** The rules, which also tell us of the answer that is awaited. */
  #watching(): AnswerRules {
    const { awaited, message } = this.#rules
    const patience = this.#patience
    return {
      ...this.#rules,
      message: (given, budget) => {
        if (awaited && isAnswerTo(awaited.id, given)) this.#sawAnswer = true
        else patience?.heard(given)
        return message(given, budget)
      },
    }
  }

  #finish(output: Output): void {
    this.#onEnd?.()
    this.#rules.legacy?.ended('server_unavailable')
    if (this.#isResumable && !this.#rules.signal?.aborted) output.close()
    else this.#close(output, 'server_unavailable')
  }

  /** Ends the stream. A call that is still not answered gets its answer first. */
  #close(output: Output, reason: RefusalReason): void {
    const { awaited } = this.#rules
    if (awaited && !this.#isAnswered) this.#write(output, awaited.instead(reason))
    output.close()
  }

  #write(output: Output, message: UnknownObject): void {
    output.enqueue(this.#encoder.encode(`data: ${JSON.stringify(message)}\n\n`))
  }

  /** The foreign error ends here. */
  #fail(output: Output, error: unknown): void {
    const { awaited, legacy, server, signal } = this.#rules
    this.#onEnd?.()
    this.#reader.cancel().catch(() => {})
    const reason = error instanceof AuthError ? error.code : 'server_unavailable'
    legacy?.ended(reason)
    // A client may resume after a broken connection, but not what we ended ourselves.
    const endedByUs = error instanceof AuthError || signal?.aborted === true || isTimeout(error)
    // An error would take back what was written to the older transport before it.
    if (legacy?.isUsed) output.close()
    else if (awaited && !this.#isAnswered && (endedByUs || !this.#isResumable))
      this.#close(output, reason)
    else output.error(toError({ reason, server }))
  }
}

/** Whether our deadline has passed, or the caller's own `AbortSignal.timeout`. */
function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}

async function rewriteEvent(
  event: readonly string[],
  rules: AnswerRules,
  budget: Budget,
): Promise<string> {
  // What an event costs, however short its lines are.
  budget.spend(STEPS_OF_EVENT + STEPS_OF_LINE * event.length)
  const data: string[] = []
  // Of each field the last one counts, and a client does not know others (HTML standard, section
  // 9.2.6). A comment keeps a connection alive.
  const fields = new Map<string, string>()
  for (const line of event) {
    const [name = ''] = /^[a-z]*/.exec(line) ?? []
    if (/^data(?::|$)/.test(line)) data.push(line.replace(/^data:? ?/, ''))
    else if (line.startsWith(':')) fields.set(':', ':')
    else if (/^(?:event|id|retry)(?::|$)/.test(line) && line.length <= MAX_FIELD_CHARS)
      fields.set(name, line)
  }
  const lines = [...fields.values()].map((line) => (line === ':' ? line : rules.text(line)))
  if (data.length === 0) return lines.join('\n')
  const text = data.join('\n')
  if (rules.legacy && fields.get('event')?.replace(/^event: ?/, '') === 'endpoint')
    return `event: endpoint\ndata: ${rules.legacy.named(text)}`
  // What parsing and writing cost.
  budget.spend(text.length >>> 1)
  const value = parseAnswer(text, rules.server)
  if (rules.legacy?.takes(value)) return ''
  // Empty data opens a stream. Other data that is no JSON is dropped: no client can read it, and
  // the server may fill it with anything.
  const next = value === undefined ? '' : await rewriteJson(value, rules, budget)
  rules.legacy?.passed(value)
  return [...lines, ...next.split('\n').map((line) => `data: ${line}`)].join('\n')
}
