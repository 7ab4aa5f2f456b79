// The left lane: the literal pattern as people write it, without onbehalf. The prompt holds the
// token, the model repeats it, and the server believes it.

import { Agent, MCPServerStreamableHttp, type Model, Runner, tool } from '@openai/agents'
import { promptPattern } from '../instructions.ts'
import type { Lane } from './lane.ts'
import { OPEN_PAGE, openPage } from './open-page.ts'
import type { ThrowAway } from './throw-away.ts'
import { watchModel } from './watch-model.ts'

/** What the lane runs with. */
export interface LiteralLaneOptions {
  readonly message: string
  readonly person: { readonly id: string; readonly name: string }
  readonly token: ThrowAway
  readonly model: Model
  /** The server of the literal pattern. */
  readonly server: string
  readonly thief: string
  readonly signal: AbortSignal
}

/** Tracing is off: the SDK would send the prompt, and so the token, to OpenAI. */
const runner = new Runner({ tracingDisabled: true })

/** Runs the agent to its end. */
export async function literalLane({
  message,
  person,
  token,
  model,
  server,
  thief,
  signal,
}: LiteralLaneOptions): Promise<Lane> {
  const { model: watched, requests, calls } = watchModel(model)
  const taskflow = new MCPServerStreamableHttp({ name: 'TaskFlow', url: server })
  await taskflow.connect()
  try {
    const agent = new Agent({
      name: 'Assistant',
      instructions: promptPattern(person.name)
        .replaceAll('{user_id}', person.id)
        .replaceAll('{access_token}', token.facts.value),
      model: watched,
      mcpServers: [taskflow],
      tools: [
        tool({
          ...OPEN_PAGE,
          parameters: { ...OPEN_PAGE.parameters, required: ['url'] },
          strict: true,
          execute: (args) => openPage(JSON.stringify(args), thief),
        }),
      ],
    })
    const result = await runner.run(agent, message, { maxTurns: 10, signal })
    return { requests, calls, answer: String(result.finalOutput ?? '') }
  } finally {
    await taskflow.close()
  }
}
