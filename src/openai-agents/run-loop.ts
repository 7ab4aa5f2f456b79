// The framework's part of one run: the model works with the tools of open servers until its answer
// is complete or somebody must act.

import { Agent, type AgentInputItem, type Model, Runner } from '@openai/agents'
import type { AgentEvent, ResumedRun } from '../agent/events.ts'
import type { Refusal } from '../core/errors.ts'
import { toError } from '../core/sentences.ts'
import { endingOf } from './agent-events.ts'
import { approvalGate } from './approval.ts'
import { type CallKeeper, callKeeper } from './call-keeper.ts'
import { inputOf } from './conversation.ts'
import type { RunAgentOptions } from './options.ts'
import { type PauseParts, pauseOf } from './pause.ts'
import { itemsOf, repeatingModel } from './paused-run.ts'
import { fillRun, promptedValues } from './prompted-values.ts'
import { recordingModel } from './recording-model.ts'
import type { OpenServer } from './run-server.ts'
import { runTools } from './run-tools.ts'
import { steadyModel } from './steady-model.ts'
import { titleEvents } from './title.ts'
import { serversByTool } from './tool-names.ts'
import { type Translator, translator } from './translate/translator.ts'

/** What the servers' fetches reported during the run. */
export interface Heard {
  /** The refusal that ended the sign-in. */
  ended: Refusal | undefined
  /** Servers for which the person has connected no account. */
  readonly unconnected: ReadonlySet<string>
}

/** What is ready before the first step. */
interface Setup {
  readonly agent: Agent
  readonly runner: Runner
  /** The app's model, whose requests somebody may see. */
  readonly recorded: Model
  readonly translate: Translator
  /** Undefined when nobody keeps the calls. */
  readonly keeper: CallKeeper | undefined
  readonly pauseParts: PauseParts
  /** The run that is continued, with this run's values filled in. */
  readonly resume: ResumedRun | undefined
}

/** Runs the agent. It ends without an error when `signal` aborts. */
export async function* runLoop(
  options: RunAgentOptions,
  servers: readonly OpenServer[],
  maxTurns: number,
  signal: AbortSignal,
  heard: Heard,
): AsyncGenerator<AgentEvent, void, undefined> {
  const { agent, runner, recorded, translate, keeper, pauseParts, resume } = setUp(options, servers)
  const conversation = inputOf(options.input, pauseParts.values.fill)
  let items: readonly AgentInputItem[] = resume ? itemsOf(resume) : []
  let turns = 0
  let reported = 0
  const out: AgentEvent[] = []
  try {
    for (;;) {
      const terms = { stream: true, signal, maxTurns: maxTurns - turns } as const
      const result = await runner.run(agent, [...conversation, ...items], terms)
      for await (const event of result) {
        // Kept before it is shown: a client may stop as soon as it sees the call.
        keeper?.take(event, out)
        translate.take(event, out)
        if (heard.unconnected.size > reported) {
          const fresh = [...heard.unconnected].slice(reported)
          reported = heard.unconnected.size
          for (const server of fresh) yield { type: 'connection_needed', server }
        }
        for (const translated of out) yield translated
        out.length = 0
      }
      await result.completed
      if (signal.aborted) return
      if (result.interruptions.length === 0) break
      const pause = pauseOf(result.interruptions, [...items, ...result.output], pauseParts)
      if (pause.event) {
        if (pause.event.type === 'client_tool') yield* keeper?.leads([pause.event.callId]) ?? []
        yield pause.event
        return
      }
      items = pause.items
      turns += result.currentTurn
    }
  } catch (error) {
    if (signal.aborted) return
    const tooLong = `I stopped after ${maxTurns} steps without coming to an end.`
    yield* endingOf(error, tooLong, translate.lastText())
    return
  }
  if (options.title) yield* titleEvents(recorded, options.input, translate.lastText(), signal)
}

/** @throws AuthError `tool_refused` when an approved call's tool is no longer that server's. */
function setUp(options: RunAgentOptions, servers: readonly OpenServer[]): Setup {
  const { clientTools = [], approvals = 'never' } = options
  const values = promptedValues({ ...options.promptValues })
  const resume = options.resume && fillRun(options.resume, values)
  const owners = serversByTool([...servers, { name: 'the page', tools: clientTools }])
  const approved = resume?.approved ? resume.calls : []
  for (const { name, server } of approved) {
    // The person approved a call to that server, not to another one that offers the same name now.
    if (owners.get(name) !== server) throw toError({ reason: 'tool_refused', server })
  }
  const { tools, held } = runTools(servers, clientTools, approvals, approvalGate(approved), values)
  const recorded = options.onModelRequest
    ? recordingModel(options.model, options.onModelRequest)
    : options.model
  const steady = steadyModel(recorded)
  const model = approved.length > 0 ? repeatingModel(steady, approved) : steady
  const modelSettings = { timeoutMs: options.timeouts?.model ?? 120_000 }
  const { instructions } = options
  const scopes = new Map(options.servers.map((server) => [server.name, server.scopes ?? []]))
  const ofPage = new Set(clientTools.map(({ name }) => name))
  const wasApproved = new Set(approved.map(({ callId }) => callId))
  const isElsewhere = (name: string, callId: string) =>
    ofPage.has(name) || (held.has(name) && !wasApproved.has(callId))
  return {
    agent: new Agent({ name: 'assistant', instructions, model, modelSettings, tools }),
    runner: runnerFor(model),
    recorded,
    translate: translator(owners, isElsewhere),
    keeper: options.keepCalls ? callKeeper(values, isElsewhere) : undefined,
    pauseParts: { held, owners, scopes, values },
    resume,
  }
}

/** A runner of our own: defaults that another part of the process has set do not reach this run. */
function runnerFor(model: Model): Runner {
  return new Runner({
    modelProvider: { getModel: () => model },
    tracingDisabled: true,
    traceIncludeSensitiveData: false,
    toolNameCollisionPolicy: 'error',
    toolNotFoundBehavior: 'return_error_to_model',
    toolErrorFormatter: () => 'There is no such tool.',
  })
}
