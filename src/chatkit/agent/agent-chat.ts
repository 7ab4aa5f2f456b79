// The whole of an agent in a chat: answers messages, asks the person before calls that wait for approval, and goes on as they decide.

import type { ApprovalPolicy } from '../../agent/approval.ts'
import type { AgentEvent, ResumedRun } from '../../agent/events.ts'
import type { AgentTurn } from '../../agent/turn.ts'
import type { Act, AnswerContext, ChatCaller, Respond } from '../options.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import type { Attachment, Item } from '../protocol/item.ts'
import type { Json } from '../protocol/json.ts'
import { ChatkitStreamError } from '../runs/stream-error.ts'
import { type AgentResponseOptions, answerWriter } from './answer-writer.ts'
import { APPROVE, askingCard, DECLINE } from './approval-card.ts'
import { approvalsIn, pendingItem } from './approval-record.ts'
import { closeOpen, type Decided, decide, outcomeAfter, settle } from './decide.ts'
import { conversationOf } from './history.ts'

/** What a run is given; the names are those of `runAgent`'s options. */
export interface AgentRunRequest {
  /** The conversation. */
  readonly input: readonly AgentTurn[]
  readonly signal: AbortSignal
  /** Which calls wait for the person. */
  readonly approvals: ApprovalPolicy
  /** There when the person has decided on a run that waited. */
  readonly resume?: ResumedRun
}

/** Options of {@link agentChat}. */
export interface AgentChatOptions<C extends ChatCaller> extends AgentResponseOptions {
  /** Runs the agent: `runAgent` of onbehalf/openai-agents, or anything that gives the same events. */
  readonly run: (request: AgentRunRequest, context: AnswerContext<C>) => AsyncIterable<AgentEvent>
  /** Which calls wait for the person. Default `destructive`: those of tools that their server marks so. */
  readonly approvals?: ApprovalPolicy
  /** Milliseconds in which an approval can be given. Default 600,000. */
  readonly approvalLifetime?: number
  /** Whom the assistant acts for, in the words of the card that asks. Default: the principal's subject. */
  readonly person?: (caller: C) => string
  /** The URL (https or data) of an image that the person attached, for the model to look at. Default: the model reads the name. */
  readonly image?: (
    attachment: Attachment,
    context: AnswerContext<C>,
  ) => Promise<string | undefined>
}

/** What a ChatKit server takes. */
export interface AgentChat<C extends ChatCaller> {
  readonly respond: Respond<C>
  readonly action: Act<C>
}

const GONE = 'This approval is no longer open. Nothing was done.'
const DECIDED = 'This was decided already.'
const EXPIRED = 'This approval has expired. Nothing was done; ask again.'
const UNKNOWN =
  'This was approved before, and it is not known whether it was done. Look before you ask for it again.'

/**
 * An agent in a chat, for `chatkitServer`.
 *
 * @example
 * ```ts
 * const agent = agentChat<Caller>({
 *   run: (request, { caller }) => runAgent({ ...request, caller, servers, model, instructions }),
 * })
 * const chatkit = chatkitServer({ admit: onbehalf.admit, store, ...agent })
 * ```
 */
export function agentChat<C extends ChatCaller>(options: AgentChatOptions<C>): AgentChat<C> {
  const {
    run,
    approvals = 'destructive',
    approvalLifetime = 600_000,
    person = ({ principal }) => principal.subject,
  } = options
  if (!(approvalLifetime > 0))
    throw new TypeError('approvalLifetime must be a number of milliseconds')

  async function inputOf(
    items: readonly Item[],
    context: AnswerContext<C>,
  ): Promise<readonly AgentTurn[]> {
    const images = new Map<string, string>()
    for (const item of options.image ? items : []) {
      for (const attachment of item.type === 'user_message' ? item.attachments : []) {
        const url =
          attachment.type === 'image' ? await options.image?.(attachment, context) : undefined
        if (url !== undefined) images.set(attachment.id, url)
      }
    }
    return conversationOf(items, images)
  }

  /** One run. `since` is the last item that its conversation begins with; what came after it the run itself knows. */
  async function* answer(
    items: readonly Item[],
    since: string,
    context: AnswerContext<C>,
    resumed?: { readonly resume: ResumedRun; readonly decided: Decided },
  ): AsyncGenerator<AnswerEvent, void, undefined> {
    const writer = answerWriter(context.newItem, options)
    const out: AnswerEvent[] = []
    const at = items.findLastIndex(({ id }) => id === since)
    const input = await inputOf(at < 0 ? items : items.slice(0, at + 1), context)
    const calls = resumed?.resume.approved ? resumed.resume.calls : []
    const waiting = new Set(calls.map(({ callId }) => callId))
    let failed = false
    const request = {
      input,
      signal: context.signal,
      approvals,
      ...(resumed ? { resume: resumed.resume } : {}),
    }
    try {
      for await (const event of run(request, context)) {
        writer.write(event, out)
        for (const one of out) yield one
        out.length = 0
        if (event.type === 'approval_needed') yield* ask(event, since, context)
        if (resumed && event.type === 'tool_done' && waiting.delete(event.callId)) {
          failed ||= event.outcome === 'failed'
          if (waiting.size === 0) yield* settle(resumed.decided, failed ? 'failed' : 'done', items)
        }
      }
    } catch (error) {
      out.length = 0
      writer.end(out)
      yield* out
      if (resumed && waiting.size > 0)
        yield* settle(resumed.decided, outcomeAfter(error, calls), items)
      throw error
    }
    writer.end(out)
    yield* out
    if (resumed && waiting.size > 0) yield* settle(resumed.decided, 'unknown', items)
  }

  /** What is needed to go on is stored before anybody can be asked. */
  function* ask(
    { calls, state }: Extract<AgentEvent, { type: 'approval_needed' }>,
    since: string,
    { newItem, caller }: AnswerContext<C>,
  ): Generator<AnswerEvent> {
    const hidden = newItem('hidden')
    const card = newItem('message')
    const expiresAt = Date.parse(card.created_at) + approvalLifetime
    const pending = { id: hidden.id, card: card.id, since, expiresAt, calls, state }
    yield { type: 'thread.item.done', item: pendingItem(hidden, pending) }
    yield {
      type: 'thread.item.done',
      item: { ...card, type: 'widget', widget: askingCard(pending, person(caller)) },
    }
  }

  return {
    async *respond(_thread, _message, context) {
      let items = await context.history()
      if (yield* closeOpen(items, context)) items = await context.history()
      yield* answer(items, items.at(-1)?.id ?? '', context)
    },
    async *action(_thread, { type, payload }, sender, context) {
      if (type !== APPROVE && type !== DECLINE)
        throw new ChatkitStreamError({ text: 'This action is not known here.' })
      const items = await context.history()
      const { pending, decision } = approvalsIn(items).get(approvalIn(payload)) ?? {}
      if (decision?.value.outcome === 'under_way') {
        yield* settle(decision, 'unknown', items)
        throw new ChatkitStreamError({ text: UNKNOWN })
      }
      if (decision) throw new ChatkitStreamError({ text: DECIDED })
      if (!pending || sender?.id !== pending.value.card)
        throw new ChatkitStreamError({ text: GONE })
      const { expiresAt, since, state, calls } = pending.value
      if (Date.parse(context.newItem('hidden').created_at) >= expiresAt) {
        yield* decide(pending, 'expired', context)
        throw new ChatkitStreamError({ text: EXPIRED })
      }
      const approved = type === APPROVE
      const decided = yield* decide(pending, approved ? 'approved' : 'declined', context)
      if (!decided) throw new ChatkitStreamError({ text: DECIDED })
      yield* answer(items, since, context, { resume: { state, calls, approved }, decided })
    },
  }
}

function approvalIn(payload: Json | undefined): string {
  const isObject = typeof payload === 'object' && payload !== null && 'approval' in payload
  return isObject && typeof payload.approval === 'string' ? payload.approval : ''
}
