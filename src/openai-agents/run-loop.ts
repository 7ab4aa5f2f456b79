// The framework's part of one run: model and tools of servers that are open, until the answer is complete or somebody is waited for.

import { Agent, type AgentInputItem, type Model, Runner } from '@openai/agents'
import type { AgentEvent } from '../agent/events.ts'
import type { Refusal } from '../core/errors.ts'
import { toError } from '../core/sentences.ts'
import { endingOf } from './agent-events.ts'
import { approvalGate } from './approval.ts'
import { inputOf } from './conversation.ts'
import { pauseOf } from './pause.ts'
import { itemsOf, repeating } from './paused-run.ts'
import { filled, promptedValues } from './prompted-values.ts'
import { recordingModel } from './recording-model.ts'
import type { RunAgentOptions } from './run-agent.ts'
import type { OpenServer } from './run-server.ts'
import { runTools } from './run-tools.ts'
import { serversByTool } from './tool-names.ts'
import { translator } from './translate.ts'

/** What the servers' fetches reported. */
export interface Heard {
  /** The sign-in has ended. */
  ended: Refusal | undefined
  /** Servers whose account is not connected. */
  readonly unconnected: ReadonlySet<string>
}

/** Runs the agent. It ends quietly when `signal` aborts. */
export async function* agentRun(
  options: RunAgentOptions,
  servers: readonly OpenServer[],
  maxTurns: number,
  signal: AbortSignal,
  heard: Heard,
): AsyncGenerator<AgentEvent, void, undefined> {
  const { clientTools = [], approvals = 'never' } = options
  const values = promptedValues({ ...options.promptValues })
  const resume = options.resume && filled(options.resume, values)
  const owners = serversByTool([...servers, { name: 'the page', tools: clientTools }])
  const approved = resume?.approved ? resume.calls : []
  for (const { name, server } of approved) {
    // The call that was shown was one of that server's.
    if (owners.get(name) !== server) throw toError({ reason: 'tool_refused', server })
  }
  const { tools, held } = runTools(servers, clientTools, approvals, approvalGate(approved), values)
  const given = options.onModelRequest
    ? recordingModel(options.model, options.onModelRequest)
    : options.model
  const model = approved.length > 0 ? repeating(given, approved) : given
  const modelSettings = { timeoutMs: options.timeouts?.model ?? 120_000 }
  const agent = new Agent({
    name: 'assistant',
    instructions: options.instructions,
    model,
    modelSettings,
    tools,
  })
  const runner = runnerFor(model)
  const scopes = new Map(options.servers.map((server) => [server.name, server.scopes ?? []]))
  const ofPage = new Set(clientTools.map(({ name }) => name))
  const wasApproved = new Set(approved.map(({ callId }) => callId))
  const translate = translator(
    owners,
    (name, id) => ofPage.has(name) || (held.has(name) && !wasApproved.has(id)),
  )
  const conversation = inputOf(options.input)
  let items: readonly AgentInputItem[] = resume ? itemsOf(resume) : []
  let turns = 0
  let told = 0
  const out: AgentEvent[] = []
  try {
    for (;;) {
      const terms = { stream: true, signal, maxTurns: maxTurns - turns } as const
      const result = await runner.run(agent, [...conversation, ...items], terms)
      for await (const event of result) {
        translate.take(event, out)
        if (heard.unconnected.size > told) {
          const news = [...heard.unconnected].slice(told)
          told = heard.unconnected.size
          for (const server of news) yield { type: 'connection_needed', server }
        }
        for (const one of out) yield one
        out.length = 0
      }
      await result.completed
      if (signal.aborted || result.interruptions.length === 0) return
      const pause = pauseOf(result.interruptions, [...items, ...result.output], {
        held,
        owners,
        scopes,
        values,
      })
      if (pause.event) yield pause.event
      if (pause.event) return
      items = pause.items
      turns += result.currentTurn
    }
  } catch (error) {
    if (signal.aborted) return
    yield* endingOf(
      error,
      `I stopped after ${maxTurns} steps without coming to an end.`,
      translate.said(),
    )
  }
}

/** A runner of our own: nothing that another part of the process has set as a default reaches this run. */
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
