// The events of a run of an app's own agent: for those who do not take `runAgent`. How the run was set up is theirs.

import {
  InputGuardrailTripwireTriggered,
  MaxTurnsExceededError,
  ModelRefusalError,
  OutputGuardrailTripwireTriggered,
  type RunStreamEvent,
  ToolInputGuardrailTripwireTriggered,
  ToolOutputGuardrailTripwireTriggered,
} from '@openai/agents'
import type { AgentEvent } from '../agent/events.ts'
import { toError } from '../core/sentences.ts'
import { translator } from './translate.ts'

/** The result of a streamed run, or its events alone. */
export interface StreamedRun extends AsyncIterable<RunStreamEvent> {
  readonly completed?: Promise<void>
  /** Whether it was stopped, by the signal that it was given. */
  readonly cancelled?: boolean
}

/**
 * The events of a streamed run, for `agentResponse` and `agentChat` of onbehalf/chatkit. Interruptions of the framework's are not among them: they are
 * in the result.
 *
 * @param servers Which MCP server offers a tool, by the tool's name: for its title.
 * @throws AuthError `server_unavailable` when the model, or anything else in the run, fails; without a foreign word.
 *
 * @example
 * ```ts
 * const result = await run(agent, input, { stream: true, signal })
 * yield* agentResponse(agentEvents(result), context)
 * ```
 */
export async function* agentEvents(
  result: StreamedRun,
  servers?: ReadonlyMap<string, string>,
): AsyncGenerator<AgentEvent, void, undefined> {
  const translate = translator(servers)
  const out: AgentEvent[] = []
  try {
    for await (const event of result) {
      translate.take(event, out)
      for (const one of out) yield one
      out.length = 0
    }
    await result.completed
  } catch (error) {
    if (result.cancelled) return
    yield* endingOf(
      error,
      'I stopped after too many steps without coming to an end.',
      translate.said(),
    )
  }
}

/**
 * What is told of a run that ended by an error of the framework's.
 *
 * @param said The text that was completed last: a refusal of the model's may be told already.
 * @throws AuthError for what is neither a limit, nor a refusal, nor a guardrail.
 */
export function endingOf(error: unknown, tooLong: string, said: string): readonly AgentEvent[] {
  if (isTripwire(error)) return [{ type: 'withdrawn' }]
  const text =
    error instanceof MaxTurnsExceededError
      ? tooLong
      : error instanceof ModelRefusalError
        ? error.refusal
        : undefined
  if (text === undefined)
    throw toError({ reason: 'server_unavailable', server: 'The language model' })
  if (text === said) return []
  return [
    { type: 'text_delta', delta: text },
    { type: 'text_done', text },
  ]
}

function isTripwire(error: unknown): boolean {
  return (
    error instanceof InputGuardrailTripwireTriggered ||
    error instanceof OutputGuardrailTripwireTriggered ||
    error instanceof ToolInputGuardrailTripwireTriggered ||
    error instanceof ToolOutputGuardrailTripwireTriggered
  )
}
