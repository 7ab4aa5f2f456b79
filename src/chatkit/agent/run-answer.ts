// One run of the agent as one answer: its events, the card when it must ask the person, and the
// outcome of calls that were approved.

import type { ApprovalPolicy, OutgoingCall } from '../../agent/approval.ts'
import type { AgentEvent, PendingCall, ResumedRun, ToolResult } from '../../agent/events.ts'
import { heldRun } from '../../agent/hold/held-run.ts'
import { interleave, sideEvents } from '../../agent/interleave.ts'
import type { AgentTurn } from '../../agent/turn.ts'
import type { AnswerContext, ChatCaller } from '../options.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import type { Item } from '../protocol/item.ts'
import { type AgentResponseOptions, answerWriter } from './answer-writer.ts'
import { askingCard } from './approval-card.ts'
import { pendingItem, type ShownCall } from './approval-record.ts'
import type { ApprovalWords } from './approval-words.ts'
import { type Decided, outcomeAfter, settle } from './decide.ts'
import { conversationOf } from './history.ts'
import type { AgentChatOptions } from './options.ts'
import { type ChatAsker, chatAsker } from './questions/chat-asker.ts'
import type { QuestionWords } from './questions/question-words.ts'
import type { WaitingQuestions } from './questions/waiting.ts'
import { titleOfAnswer } from './title.ts'

/** The options of `agentChat`, with defaults for what the app left out. */
export interface RunAnswerParts<C extends ChatCaller> {
  readonly run: AgentChatOptions<C>['run']
  readonly image: AgentChatOptions<C>['image'] | undefined
  readonly draw: AgentChatOptions<C>['draw'] | undefined
  readonly beforeCall: AgentChatOptions<C>['beforeCall'] | undefined
  readonly approvals: ApprovalPolicy
  readonly keepCalls: boolean
  readonly titles: AgentChatOptions<C>['titles']
  readonly approvalLifetimeMs: number
  readonly person: (caller: C) => string
  readonly words: (caller: C) => ApprovalWords
  readonly describeCall: AgentChatOptions<C>['describeCall'] | undefined
  /** Milliseconds in which a server's question can be answered; false for none. */
  readonly questions: number | false
  readonly questionWords: (caller: C) => QuestionWords
  readonly waiting: WaitingQuestions
  readonly response: AgentResponseOptions
}

/** A run that continues after the person's decision. */
export interface ContinuedRun {
  readonly resume: ResumedRun
  readonly decided: Decided
}

/**
 * Runs the agent and gives the answer's events.
 *
 * @param parts What `agentChat` was given.
 * @param items The items of the thread.
 * @param since Id of the last item of the conversation that the run begins with. The run itself
 *   knows what came after it.
 * @param continued Set when the run continues after a decision.
 */
export async function* runAnswer<C extends ChatCaller>(
  parts: RunAnswerParts<C>,
  items: readonly Item[],
  since: string,
  context: AnswerContext<C>,
  continued?: ContinuedRun,
): AsyncGenerator<AnswerEvent, void, undefined> {
  const { run, image, draw, beforeCall, approvals, keepCalls, titles, response } = parts
  const words = parts.words(context.caller)
  const writer = answerWriter(context.newItem, response)
  const out: AnswerEvent[] = []
  const at = items.findLastIndex(({ id }) => id === since)
  const input = await inputOf(image, at < 0 ? items : items.slice(0, at + 1), context)
  const calls = continued?.resume.approved ? continued.resume.calls : []
  /** Approved calls that have not come back. */
  const waiting = new Set(calls.map(({ callId }) => callId))
  let failed = false
  const asker = askerOf(parts, context)
  /** What the app has not drawn yet: it stands below the steps. */
  const results: ToolResult[] = []
  const request = {
    input,
    signal: context.signal,
    approvals,
    ...(keepCalls ? { keepCalls } : {}),
    ...(beforeCall ? { beforeCall: (call: OutgoingCall) => beforeCall(call, context) } : {}),
    ...(draw ? { toolResults: true as const } : {}),
    ...(titles === 'model' && isFirstAnswer(items) ? { title: true as const } : {}),
    ...(continued ? { resume: continued.resume } : {}),
    ...(asker ? { ask: asker.ask } : {}),
  }
  const beside = asker?.events ?? sideEvents<AnswerEvent>()
  try {
    const events = heldRun(request, context.caller, (given, caller) =>
      run(given, { ...context, caller, signal: given.signal }),
    )
    for await (const next of interleave(events, beside)) {
      if ('side' in next) {
        yield next.side
        continue
      }
      const event = next.main
      if (event.type === 'call_kept' && !keepCalls) continue
      if (event.type === 'tool_result' && draw) {
        results.push(event)
        continue
      }
      if (results.length > 0 && !GOES_ON.has(event.type)) {
        writer.end(out)
        yield* out
        out.length = 0
        yield* drawn(results.splice(0), draw, context)
      }
      writer.write(event, out)
      for (const written of out) yield written
      out.length = 0
      if (event.type === 'title') proposeTitle(event.title, context)
      if (event.type === 'approval_needed') yield* askPerson(parts, event, since, words, context)
      if (continued && event.type === 'tool_done' && waiting.delete(event.callId)) {
        failed ||= event.outcome === 'failed'
        if (waiting.size === 0)
          yield* settle(continued.decided, failed ? 'failed' : 'done', items, words)
      }
    }
    yield* beside.take()
  } catch (error) {
    yield* beside.take()
    out.length = 0
    writer.end(out)
    yield* out
    if (continued && waiting.size > 0)
      yield* settle(continued.decided, outcomeAfter(error, calls), items, words)
    throw error
  }
  writer.end(out)
  yield* out
  yield* drawn(results, draw, context)
  if (continued && waiting.size > 0) yield* settle(continued.decided, 'unknown', items, words)
}

function askerOf<C extends ChatCaller>(
  { questions, questionWords, waiting }: RunAnswerParts<C>,
  context: AnswerContext<C>,
): ChatAsker | undefined {
  if (questions === false) return undefined
  const words = questionWords(context.caller)
  return chatAsker({ context, words, lifetimeMs: questions, waiting })
}

/** Events after which the steps of an answer are not over. */
const GOES_ON: ReadonlySet<AgentEvent['type']> = new Set([
  'tool_started',
  'tool_progress',
  'tool_done',
  'call_kept',
  'left_out',
  'connection_needed',
])

async function* drawn<C extends ChatCaller>(
  results: readonly ToolResult[],
  draw: AgentChatOptions<C>['draw'] | undefined,
  context: AnswerContext<C>,
): AsyncGenerator<AnswerEvent, void, undefined> {
  for (const result of results) yield* draw?.(result, context) ?? []
}

function isFirstAnswer(items: readonly Item[]): boolean {
  return items.filter(({ type }) => type === 'user_message').length === 1
}

function proposeTitle<C extends ChatCaller>(text: string, context: AnswerContext<C>): void {
  const title = titleOfAnswer(text)
  if (title !== undefined) context.proposeTitle(title)
}

/** The conversation for the run, with the images that the app lets the model look at. */
async function inputOf<C extends ChatCaller>(
  image: AgentChatOptions<C>['image'] | undefined,
  items: readonly Item[],
  context: AnswerContext<C>,
): Promise<readonly AgentTurn[]> {
  const images = new Map<string, string>()
  for (const item of image ? items : []) {
    for (const attachment of item.type === 'user_message' ? item.attachments : []) {
      const url = attachment.type === 'image' ? await image?.(attachment, context) : undefined
      if (url !== undefined) images.set(attachment.id, url)
    }
  }
  return conversationOf(items, images)
}

/**
 * Stores what the run needs to continue, and then the card: nobody can decide on a run that is not
 * stored.
 */
async function* askPerson<C extends ChatCaller>(
  { approvalLifetimeMs, person, describeCall }: RunAnswerParts<C>,
  { calls, state }: Extract<AgentEvent, { type: 'approval_needed' }>,
  since: string,
  words: ApprovalWords,
  context: AnswerContext<C>,
): AsyncGenerator<AnswerEvent, void, undefined> {
  const shown = await Promise.all(calls.map((call) => describe(describeCall, call, context)))
  const hidden = context.newItem('hidden')
  const card = context.newItem('message')
  const expiresAtMs = Date.parse(card.created_at) + approvalLifetimeMs
  const pending = { id: hidden.id, card: card.id, since, expiresAtMs, calls: shown, state }
  yield { type: 'thread.item.done', item: pendingItem(hidden, pending) }
  const widget = askingCard(pending, person(context.caller), words)
  yield { type: 'thread.item.done', item: { ...card, type: 'widget', widget } }
}

/** Asks the app for the name of what a call is about. Without one, the arguments say it. */
async function describe<C extends ChatCaller>(
  describeCall: AgentChatOptions<C>['describeCall'] | undefined,
  call: PendingCall,
  context: AnswerContext<C>,
): Promise<ShownCall> {
  try {
    const described = await describeCall?.(call, context)
    return described ? { ...call, described } : call
  } catch {
    // The person can decide without it, and the error may hold anything.
    return call
  }
}
