// What is ready before the first step of a run: the model with its tools and instructions, and the
// run that is continued.

import { Agent, type Model, Runner } from '@openai/agents'
import type { AgentEvent, PendingCall, ResumedRun } from '../agent/events.ts'
import type { SideEvents } from '../agent/interleave.ts'
import { toError } from '../core/sentences.ts'
import { approvalGate } from './approval.ts'
import { type CallKeeper, callKeeper } from './call-keeper.ts'
import { connectTool } from './connect-tool.ts'
import type { RunAgentOptions } from './options.ts'
import { OWN, ownTools } from './own-tools.ts'
import type { PauseParts } from './pause.ts'
import { repeatingModel } from './paused-run.ts'
import { fillRun, promptedValues } from './prompted-values.ts'
import { storeSettings } from './provider-store.ts'
import { recordingModel } from './recording-model.ts'
import { type ResultTeller, resultTeller } from './result-teller.ts'
import { runTools } from './run-tools.ts'
import { modelSentence } from './servers/missing.ts'
import type { OpenedServers } from './servers/open-servers.ts'
import { nameTools, type ToolOfServer } from './servers/tool-names.ts'
import { toolsOfRun } from './servers/tools-of-run.ts'
import { steadyModel } from './steady-model.ts'
import { type Translator, translator } from './translate/translator.ts'

/** What is ready before the first step. */
export interface RunSetup {
  readonly agent: Agent
  readonly runner: Runner
  /** The app's model, whose requests somebody may see. */
  readonly recorded: Model
  readonly translate: Translator
  /** Undefined when nobody keeps the calls. */
  readonly keeper: CallKeeper | undefined
  /** Undefined when nobody draws results. */
  readonly results: ResultTeller | undefined
  readonly pauseParts: PauseParts
  /** The run that is continued, with this run's values filled in. */
  readonly resume: ResumedRun | undefined
  /** What the person is told of tools that are left out. */
  readonly leftOut: readonly AgentEvent[]
}

/**
 * Makes the setup.
 *
 * @throws AuthError when an approved call cannot be made: its server cannot be used now, or the tool
 *   is no longer that server's (`tool_refused`). Then nothing was done.
 */
export function setUpRun(
  options: RunAgentOptions,
  servers: OpenedServers,
  side: SideEvents<AgentEvent>,
): RunSetup {
  const { clientTools = [], approvals: policy = 'never', caller } = options
  const values = promptedValues({ ...options.promptValues })
  const resume = options.resume && fillRun(options.resume, values)
  const approved = resume?.approved ? resume.calls : []
  const page = clientTools.map(({ name }) => name)
  const own = ownTools(options.tools ?? [], approvalGate(approved))
  const connects = connectNames(servers, [...page, ...own.keys()])
  const kept = namesOf(approved)
  const { tools: ofServers, leftOut } = toolsOfRun(
    servers.open,
    [...page, ...own.keys(), ...connects.keys()],
    kept,
    caller,
  )
  const owners = new Map<string, ToolOfServer>(ofServers)
  for (const name of page) owners.set(name, { server: 'the page', tool: name })
  const ofApp = [...own.keys()].map((name) => [name, { server: OWN, tool: name }] as const)
  const all = new Map([...owners, ...ofApp])
  for (const call of approved) assertOffered(call, all, servers)
  const gate = approvalGate(approved)
  const { tools, held } = runTools({
    tools: ofServers,
    clientTools,
    policy,
    // An app that did not say which calls wait may not know what to do with one.
    asks: (server, tool) =>
      options.approvals !== undefined && (caller.asks?.(server, tool) ?? false),
    yes: servers.yes,
    gate,
    values,
    beforeCall: options.beforeCall,
    onEvent: side.push,
  })
  tools.push(...own.values())
  for (const [name, { server }] of connects)
    tools.push(connectTool(name, server, () => side.push({ type: 'connection_needed', server })))
  const ofPage = new Set(page)
  const wasApproved = new Set(approved.map(({ callId }) => callId))
  const recorded = recordedModel(options)
  const steady = steadyModel(recorded)
  const model = approved.length > 0 ? repeatingModel(steady, approved) : steady
  const isElsewhere = (name: string, callId: string) =>
    ofPage.has(name) || (held.has(name) && !wasApproved.has(callId))
  return {
    agent: new Agent({
      name: 'assistant',
      instructions: instructionsOf(options, servers),
      model,
      modelSettings: {
        timeoutMs: options.timeouts?.model ?? 120_000,
        ...storeSettings(options.store),
      },
      tools,
      handoffs: [...(options.handoffs ?? [])],
    }),
    runner: runnerFor(model),
    recorded,
    translate: translator(owners, isElsewhere),
    keeper: options.keepCalls ? callKeeper(values, isElsewhere) : undefined,
    results: options.toolResults ? resultTeller(owners, values, isElsewhere) : undefined,
    pauseParts: {
      held: new Map([...held, ...ofApp.map(([name]) => [name, undefined] as const)]),
      owners: all,
      scopes: scopesOf(options),
      values,
    },
    resume,
    leftOut,
  }
}

/** The names of the tools that ask to connect an account. */
function connectNames(
  { unconnected }: OpenedServers,
  page: readonly string[],
): ReadonlyMap<string, ToolOfServer> {
  return nameTools(
    unconnected.map((name) => ({ name, tools: [`connect_${name}`] })),
    page,
  )
}

/** The tools of calls under the names that they were approved by. */
function namesOf(calls: readonly PendingCall[]): ReadonlyMap<string, ToolOfServer> {
  return new Map(
    calls.flatMap(({ name, server, tool }) =>
      tool === undefined ? [] : [[name, { server, tool }] as const],
    ),
  )
}

/** The person approved a call to that server, not to another one that offers the same name now. */
function assertOffered(
  { name, server, tool }: PendingCall,
  owners: ReadonlyMap<string, ToolOfServer>,
  { closed, unconnected }: OpenedServers,
): void {
  const owner = owners.get(name)
  if (owner?.server === server && (tool === undefined || owner.tool === tool)) return
  const missing = closed.find((one) => one.name === server)
  if (missing) throw toError(missing.refusal)
  throw toError({
    reason: unconnected.includes(server) ? 'connection_needed' : 'tool_refused',
    server,
  })
}

function instructionsOf({ instructions }: RunAgentOptions, { closed }: OpenedServers): string {
  if (closed.length === 0) return instructions
  return `${instructions}\n\n${modelSentence(closed.map(({ name }) => name))}`
}

function recordedModel({ model, onModelRequest }: RunAgentOptions): Model {
  return onModelRequest ? recordingModel(model, onModelRequest) : model
}

function scopesOf({ servers }: RunAgentOptions): ReadonlyMap<string, readonly string[]> {
  return new Map(servers.map(({ name, scopes = [] }) => [name, scopes]))
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
