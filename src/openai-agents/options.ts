// What one run of an agent is given: the caller, the servers, and the options of `runAgent`.

import type { Agent, Model, Tool } from '@openai/agents'
import type { ApprovalPolicy, BeforeCall } from '../agent/approval.ts'
import type { ResumedRun } from '../agent/events.ts'
import type { AskPerson } from '../agent/question.ts'
import type { AgentTurn, ClientTool } from '../agent/turn.ts'
import type { Refusal } from '../core/errors.ts'
import type { Principal } from '../core/principal.ts'
import type { Approved } from '../mcp/approved.ts'
import type { ProviderStore } from './provider-store.ts'
import type { ModelRequestCopy } from './recording-model.ts'
import type { LeftOut } from './servers/missing.ts'
import type { ToolChoice } from './servers/usable-tools.ts'
import type { ServerTransport } from './transport-fetch.ts'

/** Whom the run is for. */
export interface AgentCaller {
  readonly principal: Principal
  /** Verified claims. The model sees one only when the app puts it into the instructions. */
  readonly claims?: Readonly<Record<string, unknown>>
  /**
   * The `fetch` that carries this principal's credential to the server with this name, and to no
   * other server. It calls `onRefused` with the reason when it answers a tool call with a fixed
   * sentence instead of making it, and `onToolLeftOut` for each tool that it takes out of a list.
   */
  fetch(
    server: string,
    options?: {
      readonly onRefused?: (refusal: Refusal) => void
      readonly onToolLeftOut?: (tool: string, why: string) => void
      readonly approved?: Approved
    },
  ): typeof globalThis.fetch
  /** Whether the operator's policy wants the person's yes to each call of a tool. Default: to none. */
  asks?(server: string, tool: string): boolean
  /** The transport to a stdio server whose process is started for this principal. */
  transport?(
    server: string,
    inner?: undefined,
    options?: { readonly onRefused?: (refusal: Refusal) => void; readonly approved?: Approved },
  ): ServerTransport
  /** Tells the operator what the run goes on without. Default: nobody is told. */
  noteLeftOut?(leftOut: LeftOut): void
}

/** An MCP server, as the operator configured it. */
export interface AgentServer {
  readonly name: string
  /** An absolute URL. Default: it is a stdio server, whose process is started for the principal. */
  readonly url?: string
  /**
   * The rights of the calls. A person who is asked to approve a call reads them. Default: none are
   * named.
   */
  readonly scopes?: readonly string[]
  /**
   * Which tools the model gets, by the names that the server gives them: `allow` only these, `deny`
   * not these. Default: all.
   */
  readonly tools?: ToolChoice
  /**
   * What the model reads before each tool's name: `true` for the server's name, or a text. Default:
   * the server's name, and only where two servers have a tool of the same name.
   */
  readonly prefix?: boolean | string
  /**
   * Whether there is no point in an answer without this server. Then the answer ends with the
   * reason. Default false: the answer goes on, and the person and the model are told.
   */
  readonly required?: boolean
}

/** Options of `runAgent`. */
export interface RunAgentOptions {
  readonly caller: AgentCaller
  readonly servers: readonly AgentServer[]
  readonly model: Model
  /** The system instructions, rendered already. */
  readonly instructions: string
  /** The conversation. Its last turn is the person's new message, or what the page answered. */
  readonly input: readonly AgentTurn[]
  /** Ends the run without an error. */
  readonly signal?: AbortSignal
  /** The most model requests in this run. Default 10. */
  readonly maxTurns?: number
  /**
   * Which calls wait for the person. When one waits, the run ends with `approval_needed`. Default
   * `never`, because somebody must be there to ask.
   */
  readonly approvals?: ApprovalPolicy
  /** Continues a run that waited. Give the same `input` as before. */
  readonly resume?: ResumedRun
  /**
   * The values that the instructions tell the model to repeat, by their names there: `promptValues`
   * of the caller, for a server whose placement is `prompt`. A call that waits is shown and stored
   * with the names. It is made with the values of the run that continues it. Default: none.
   */
  readonly promptValues?: { readonly user_id: string; readonly access_token: string }
  /**
   * Tools that the page runs. When the model calls one, the run ends with `client_tool`. Default:
   * none.
   */
  readonly clientTools?: readonly ClientTool[]
  /**
   * Tools of the app's own, beside those of the servers: `tool({ … })` of @openai/agents. One with
   * `needsApproval` waits for the person, too. They hold no credential. Default: none.
   */
  readonly tools?: readonly Tool[]
  /**
   * Agents that the model may hand over to, each with tools of its own. One without a model has that of
   * the run. Default: none.
   */
  readonly handoffs?: readonly Agent[]
  /**
   * Is called before each call of a server's tool leaves, an approved one too. A text that it gives is
   * what the model reads in place of a result, and the call is not made. Default: nobody is told.
   */
  readonly beforeCall?: BeforeCall
  /**
   * Whether the events tell what each tool has answered (`tool_result`), for the app to draw. The
   * `draw` of `agentChat` asks for it. Default false.
   */
  readonly toolResults?: boolean
  /**
   * Whether the events tell what to keep of the calls for the next turn (`call_kept`): arguments and
   * results, cut and without credentials. `agentChat` asks for it. Default false.
   */
  readonly keepCalls?: boolean
  /**
   * Whether the model is asked for a title of the conversation after its answer, with the first
   * message and this answer. `agentChat` asks for it once. Default false.
   */
  readonly title?: boolean
  /**
   * Puts what a server asks to the person: a form, or a page to open (MCP, elicitation). The call
   * goes on with the answer, and the answer goes to that server alone; its time stands still
   * meanwhile. Forms that ask for a credential, and links that are not https, are declined without a
   * question. `agentChat` gives it. Default: servers learn that nobody can be asked.
   */
  readonly ask?: AskPerson
  /**
   * Whether the model's provider may keep requests and answers (`store` of OpenAI's APIs). With
   * `false`, a model of the Responses API that reasons wants its reasoning back:
   * `'encrypted-reasoning'` keeps nothing either, and gives that back in encrypted form. Default: what
   * the provider does without a word.
   */
  readonly store?: ProviderStore
  /** Gets a copy of every model request before the model does. */
  readonly onModelRequest?: (request: ModelRequestCopy) => void
  /**
   * Milliseconds: for opening each server and listing its tools (`opening`, default 5,000); for a
   * call without an answer or progress (`server`, default 30,000); for a call in all, however often
   * its server reports progress (`total`, default 300,000); and for one model request (`model`,
   * default 120,000).
   */
  readonly timeouts?: {
    readonly opening?: number
    readonly server?: number
    readonly total?: number
    readonly model?: number
  }
}
