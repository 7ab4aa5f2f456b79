// What `agentChat` is given: how to run the agent, and which calls wait for the person.

import type { ApprovalPolicy, BeforeCall, OutgoingCall } from '../../agent/approval.ts'
import type { AgentEvent, PendingCall, ResumedRun, ToolResult } from '../../agent/events.ts'
import type { AskPerson } from '../../agent/question.ts'
import type { AgentTurn } from '../../agent/turn.ts'
import type { AnswerContext, ChatCaller } from '../options.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import type { Attachment, WidgetItem } from '../protocol/item.ts'
import type { Action } from '../protocol/request.ts'
import type { AgentResponseOptions } from './answer-writer.ts'
import type { CallDescription } from './approval-record.ts'
import type { ApprovalWords } from './approval-words.ts'
import type { QuestionWords } from './questions/question-words.ts'

/** What a run is given. The names are those of `runAgent`'s options. */
export interface AgentRunRequest {
  /** The conversation, oldest turn first. */
  readonly input: readonly AgentTurn[]
  /** Aborts when the run must stop. */
  readonly signal: AbortSignal
  /** Which calls wait for the person. */
  readonly approvals: ApprovalPolicy
  /** Set when the thread keeps the calls of tools for the next turn. */
  readonly keepCalls?: true
  /** Set when the app wants to see each call before it leaves. */
  readonly beforeCall?: BeforeCall
  /** Set when the app draws results of tools, so that the run tells them (the event `tool_result`). */
  readonly toolResults?: true
  /** Set when the run may name the conversation after its answer (the event `title`). */
  readonly title?: true
  /** Puts a question of a server to the person, while a call of it is under way. */
  readonly ask?: AskPerson
  /** Set when the person has decided on a run that waited. */
  readonly resume?: ResumedRun
}

/** Options of `agentChat`. */
export interface AgentChatOptions<C extends ChatCaller> extends AgentResponseOptions {
  /**
   * Runs the agent: `runAgent` of onbehalf/openai-agents, or anything that gives the same events.
   */
  readonly run: (request: AgentRunRequest, context: AnswerContext<C>) => AsyncIterable<AgentEvent>
  /**
   * Which calls wait for the person. Default `destructive`: calls of tools that their server marks
   * as destructive.
   */
  readonly approvals?: ApprovalPolicy
  /**
   * The titles of conversations: their first words, or what the model calls them after its first
   * answer, which costs one small request, or none. A title that a person gave stays. Words that look
   * like a credential are left out. Default `first-words`.
   */
  readonly titles?: 'first-words' | 'model' | false
  /**
   * Whether the thread keeps the calls of tools, with what the model read of the results, so that
   * the model of the next turn can read them. They are cut, hold no credentials, and go with the
   * thread. Default true.
   */
  readonly keepCalls?: boolean
  /**
   * Is called before each call of a server's tool leaves, an approved one too. A text that it gives is
   * what the model reads in place of a result, and the call is not made.
   */
  readonly beforeCall?: (call: OutgoingCall, context: AnswerContext<C>) => unknown
  /**
   * Draws what a tool has answered: a widget, for example. What it gives stands below the steps of the
   * answer. It sees the results of all tools; for others than it draws, it gives nothing.
   */
  readonly draw?: (
    result: ToolResult,
    context: AnswerContext<C>,
  ) => Iterable<AnswerEvent> | AsyncIterable<AnswerEvent> | undefined
  /**
   * Answers the actions of the app's own widgets. A text is what the person says by it: it is stored as
   * their message, and the agent answers. The decisions on approvals never come here. `sender` is the
   * widget; a client chooses type and payload freely, so authorize each action. Default: such an action
   * is answered with an error.
   */
  readonly action?: (
    action: Action,
    context: AnswerContext<C>,
    sender: WidgetItem | undefined,
  ) => string | AsyncIterable<AnswerEvent> | undefined | Promise<string | undefined>
  /** How long an approval can be given, in milliseconds. Default 600,000. */
  readonly approvalLifetime?: number
  /**
   * How long a server waits for the person's answer to its question, in milliseconds. The call waits
   * with it, and so does the answer: see `deadline` of `chatkitServer`. `false` asks nothing. Default
   * 240,000.
   */
  readonly questions?: number | false
  /**
   * The name of the person on the card that asks. Default: the claim `name` of their token, else
   * `preferred_username`, else the subject.
   */
  readonly person?: (caller: C) => string
  /**
   * Names a call that waits, for the card that asks: what it would do, and to what, in the person's
   * words. It may read the object with the caller's `fetch`. The tool's name and the arguments stay
   * below. What it throws is ignored.
   */
  readonly describeCall?: (
    call: PendingCall,
    context: AnswerContext<C>,
  ) => CallDescription | undefined | Promise<CallDescription | undefined>
  /** The words of the cards in the person's language. Those that are left out are English. */
  readonly approvalWords?: (caller: C) => Partial<ApprovalWords>
  /** The words of servers' questions in the person's language, in the same way. */
  readonly questionWords?: (caller: C) => Partial<QuestionWords>
  /**
   * The URL (https or data) of an image that the person attached, for the model to look at.
   * Default: the model reads the name only.
   */
  readonly image?: (
    attachment: Attachment,
    context: AnswerContext<C>,
  ) => Promise<string | undefined>
}
