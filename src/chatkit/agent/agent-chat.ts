// An agent in a chat: it answers messages, asks the person before calls that need an approval, and
// continues after the decision.

import { personOf } from '../../agent/person.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import { isFunction, type ValueChecks } from '../../core/option-values.ts'
import type { Act, AnswerContext, ChatCaller, ChatkitServerOptions, Respond } from '../options.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import type { UserMessageItem, WidgetItem } from '../protocol/item.ts'
import { APPROVE, DECLINE } from '../protocol/ours.ts'
import type { Action } from '../protocol/request.ts'
import { ChatkitStreamError, namedError } from '../runs/stream-error.ts'

import { approvalsIn } from './approval-record.ts'
import { APPROVAL_WORDS } from './approval-words.ts'
import { closeOpen, decide, settle } from './decide.ts'
import type { AgentChatOptions } from './options.ts'
import { closeQuestions } from './questions/chat-asker.ts'
import { QUESTION_WORDS } from './questions/question-words.ts'
import { takeAnswer } from './questions/take-answer.ts'
import { waitingQuestions } from './questions/waiting.ts'
import { type RunAnswerParts, runAnswer } from './run-answer.ts'
import { titleOfMessage } from './title.ts'

/** The functions that `chatkitServer` takes. */
export interface AgentChat<C extends ChatCaller> {
  readonly respond: Respond<C>
  readonly action: Act<C>
  /** Takes the answers to servers' questions. An app with actions of its own gives it the others. */
  readonly syncAction: NonNullable<ChatkitServerOptions<C>['syncAction']>
  /** The title of a new conversation. */
  readonly titleOf: (firstMessage: UserMessageItem) => string | undefined
}

/** The longest time of a timer. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Every option of the factory. A new one does not compile until it is here. */
const AGENT_CHAT_OPTIONS: OptionNames<AgentChatOptions<ChatCaller>> = {
  run: 'required',
  approvals: 'optional',
  approvalLifetime: 'optional',
  questions: 'optional',
  keepCalls: 'optional',
  titles: 'optional',
  beforeCall: 'optional',
  draw: 'optional',
  action: 'optional',
  person: 'optional',
  describeCall: 'optional',
  approvalWords: 'optional',
  questionWords: 'optional',
  image: 'optional',
  connectUrl: 'optional',
  stepDetails: 'optional',
  now: 'optional',
}

const AGENT_CHAT_VALUES: ValueChecks = {
  run: isFunction('it runs the agent, such as (request, { caller }) => runAgent({ … })'),
  beforeCall: isFunction('it is told of each call before it leaves'),
  draw: isFunction('it gives what stands for the result of a tool'),
  action: isFunction('it answers the actions of widgets'),
  person: isFunction("it gives the person's name"),
  describeCall: isFunction('it names what a call is about'),
  approvalWords: isFunction('it gives the words of the cards'),
  questionWords: isFunction('it gives the words of the cards'),
  image: isFunction('it gives the URL of an image'),
  connectUrl: isFunction('it gives the URL of the page that connects an account'),
}

/**
 * An agent in a chat, for `chatkitServer`.
 *
 * @throws TypeError when `approvalLifetime` or `questions` is not a positive number, or `titles` is no
 *   such word.
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
  checkOptions('agentChat', '', options, AGENT_CHAT_OPTIONS, AGENT_CHAT_VALUES)
  const {
    run,
    image,
    approvals = 'destructive',
    keepCalls = true,
    titles = 'first-words',
    approvalLifetime: approvalLifetimeMs = 600_000,
    person = nameOf,
    draw,
    beforeCall,
    describeCall,
    approvalWords,
    questions = 240_000,
    questionWords,
  } = options
  if (!(approvalLifetimeMs > 0))
    throw new TypeError('approvalLifetime must be a number of milliseconds')
  if (questions !== false && !(questions > 0 && questions < MAX_TIMER_MS))
    throw new TypeError('questions must be false, or a number of milliseconds below 2147483647')
  if (titles !== false && titles !== 'first-words' && titles !== 'model')
    throw new TypeError("titles must be 'first-words', 'model' or false")
  const parts = {
    run,
    image,
    draw,
    beforeCall,
    approvals,
    keepCalls,
    titles,
    approvalLifetimeMs,
    person,
    words: (caller: C) => ({ ...APPROVAL_WORDS, ...approvalWords?.(caller) }),
    describeCall,
    questions,
    questionWords: (caller: C) => ({ ...QUESTION_WORDS, ...questionWords?.(caller) }),
    waiting: waitingQuestions(),
    response: options,
  }
  return {
    async *respond(_thread, _message, context) {
      let items = await context.history()
      const { caller } = context
      const hasClosed = yield* closeQuestions(items, parts.questionWords(caller))
      if ((yield* closeOpen(items, context, parts.words(caller))) || hasClosed)
        items = await context.history()
      yield* runAnswer(parts, items, items.at(-1)?.id ?? '', context)
    },
    titleOf: (message) => (titles === false ? undefined : titleOfMessage(message)),
    action: (_thread, action, sender, context) =>
      action.type === APPROVE || action.type === DECLINE
        ? takeDecision(parts, action, sender, context)
        : takeAction(parts, options.action, action, sender, context),
    syncAction: (_thread, action, sender, context) =>
      takeAnswer(action, sender, {
        context,
        words: parts.questionWords(context.caller),
        waiting: parts.waiting,
      }),
  }
}

/** Takes the person's decision from the card, and continues the run that waited for it. */
async function* takeDecision<C extends ChatCaller>(
  parts: RunAnswerParts<C>,
  { type, payload }: Action,
  sender: WidgetItem | undefined,
  context: AnswerContext<C>,
): AsyncGenerator<AnswerEvent, void, undefined> {
  const words = parts.words(context.caller)
  const items = await context.history()
  const { pending, decision } = approvalsIn(items).get(approvalIdIn(payload)) ?? {}
  if (decision?.value.outcome === 'under_way') {
    yield* settle(decision, 'unknown', items, words)
    throw namedError('approval_unknown')
  }
  if (decision) throw namedError('approval_decided')
  // A decision counts only from the card that asked: a client can name any widget and any approval.
  if (!pending || sender?.id !== pending.value.card) throw namedError('approval_gone')
  const { expiresAtMs, since, state, calls } = pending.value
  const nowMs = Date.parse(context.newItem('hidden').created_at)
  if (!(nowMs < expiresAtMs)) {
    yield* decide(pending, 'expired', context, words)
    throw namedError('approval_expired')
  }
  const approved = type === APPROVE
  const decided = yield* decide(pending, approved ? 'approved' : 'declined', context, words)
  if (!decided) throw namedError('approval_decided')
  yield* runAnswer(parts, items, since, context, { resume: { state, calls, approved }, decided })
}

/** Answers an action of the app's own. A text becomes the person's message. */
async function* takeAction<C extends ChatCaller>(
  parts: RunAnswerParts<C>,
  answer: AgentChatOptions<C>['action'],
  action: Action,
  sender: WidgetItem | undefined,
  context: AnswerContext<C>,
): AsyncGenerator<AnswerEvent, void, undefined> {
  const given = answer?.(action, context, sender)
  if (given !== undefined && typeof given === 'object' && Symbol.asyncIterator in given) {
    yield* given
    return
  }
  const text = await given
  if (text === undefined || text === '')
    throw new ChatkitStreamError({ text: 'This action is not known here.' })
  yield* closeOpen(await context.history(), context, parts.words(context.caller))
  const message: UserMessageItem = {
    ...context.newItem('message'),
    type: 'user_message',
    content: [{ type: 'input_text', text }],
    attachments: [],
    inference_options: {},
  }
  yield { type: 'thread.item.done', item: message }
  yield* runAnswer(parts, await context.history(), message.id, context)
}

/** The person's name, as their token says it. */
function nameOf(caller: ChatCaller & { readonly token?: { readonly claims?: UnknownObject } }) {
  return personOf(caller.principal, caller.token?.claims)
}

/** The id in the action's payload, or an empty text, which is the id of no approval. */
function approvalIdIn(payload: unknown): string {
  return isObject(payload) && typeof payload.approval === 'string' ? payload.approval : ''
}
