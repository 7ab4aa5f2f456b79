// By which rules an answer is rewritten, and the rewriting of one JSON text by them.

import type { RefusalReason } from '../../core/errors.ts'
import type { Eventual } from '../../core/eventual.ts'
import type { UnknownObject } from '../../core/json.ts'
import { type Budget, workBudget } from '../redact/budget.ts'

/** What is done with an answer. */
export interface AnswerRules {
  /** Gives a message as it goes on. The work for it is a part of what the answer may cause. */
  readonly message: (message: unknown, budget: Budget) => Eventual<unknown>
  /** Gives a text that is no message (an event's id, a header) as it goes on. */
  readonly text: (text: string) => string
  /**
   * Takes the id of a session, which goes on in its header, and nowhere else.
   *
   * @returns Whether it may go on.
   */
  readonly session: (id: string) => boolean
  /** Characters of one JSON answer, or of one event, that are taken in. */
  readonly maxChars: number
  /**
   * Whether a stream may go on for ever, as the answer to a GET does. Then only its events are
   * bounded, each by itself. Default: no.
   */
  readonly isEndless?: boolean
  /** The server's name, for errors. */
  readonly server: string
  /** When it has fired, no stream is resumed. */
  readonly signal?: AbortSignal
  /** Set for the answer to a GET, which may be a stream of the older transport. */
  readonly legacy?: LegacyStream
  /** The tool call that the answer is to. Default: the answer is to something else. */
  readonly awaited?: AwaitedCall
}

/** Characters of an answer that {@link plainRules} take in. */
const PLAIN_MAX_CHARS = 4 * 1024 * 1024

/** The rules for an answer that a caller's `fetch` has cleaned already. They change nothing. */
export function plainRules(server: string): AnswerRules {
  return {
    server,
    maxChars: PLAIN_MAX_CHARS,
    message: async (message) => message,
    text: (text) => text,
    session: () => true,
  }
}

/** A tool call whose caller waits for its result. */
export interface AwaitedCall {
  readonly id: string | number
  /**
   * Makes the result that is given when the server's never comes, and cannot come because the
   * stream cannot be resumed: its caller would wait for ever.
   */
  instead(reason: RefusalReason): UnknownObject
  /** Begins to be patient with the call, when its answer is a stream. Default: nobody is. */
  patience?(): CallPatience
}

/** The patience with one call. */
export interface CallPatience {
  /** Reads what the server says in the stream of the call. */
  heard(message: unknown): void
  /** Milliseconds that the call still has when its deadline has passed; 0 for none. */
  moreMs(): number
}

/** A stream of the transport HTTP+SSE (MCP 2024-11-05), as far as its events go. */
export interface LegacyStream {
  /** Called first, with what writes a message into the stream. */
  opened(write: (message: UnknownObject) => void): void
  /**
   * Reads the data of the event `endpoint`.
   *
   * @returns The data as they go on.
   * @throws AuthError when nothing may be sent there.
   */
  named(data: string): string
  /** Reads a message. Gives whether it was for us, and does not go on. */
  takes(message: unknown): boolean
  /** A message has gone on. */
  passed(message: unknown): void
  /** Whether the stream turned out to be one. */
  readonly isUsed: boolean
  /** The stream has ended. With a reason, it may still write, one last time. */
  ended(reason?: RefusalReason): void
}

/** Steps of work for each character that is taken in. */
const STEPS_PER_CHAR = 8

/** What a message costs besides its characters. */
const STEPS_PER_MESSAGE = 100

/** The budget for an answer of the size that the rules allow. */
export function budgetOf({ maxChars }: AnswerRules, whole?: Budget): Budget {
  return workBudget({ steps: STEPS_PER_CHAR * maxChars, ...(whole ? { whole } : {}) })
}

/**
 * Rewrites one message, or a batch.
 *
 * @returns A JSON text written anew. The text of the server never passes: members of the same name
 *   hide each other from whoever parses it, but not from a log of the text.
 */
export async function rewriteJson(
  value: unknown,
  rules: AnswerRules,
  budget: Budget = budgetOf(rules),
): Promise<string> {
  return JSON.stringify(await rewriteMessages(value, rules, budget))
}

/** Rewrites one message, or a batch, and gives it as a value. */
export function rewriteMessages(
  value: unknown,
  rules: AnswerRules,
  budget: Budget,
): Eventual<unknown> {
  return Array.isArray(value) ? rewriteBatch(value, rules, budget) : rules.message(value, budget)
}

async function rewriteBatch(
  batch: readonly unknown[],
  rules: AnswerRules,
  budget: Budget,
): Promise<readonly unknown[]> {
  const messages: unknown[] = []
  for (const message of batch) {
    budget.spend(STEPS_PER_MESSAGE)
    if (budget.isTurnDue) await budget.turn()
    messages.push(await rules.message(message, budget))
  }
  return messages
}
