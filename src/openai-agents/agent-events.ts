// The events of a run that an app has set up itself, without `runAgent`.

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
import { callKeeper } from './call-keeper.ts'
import { modelError } from './model-failures.ts'
import { promptedValues } from './prompted-values.ts'
import { translator } from './translate/translator.ts'

/** The result of a streamed run of the framework, or its events alone. */
export interface StreamedRun extends AsyncIterable<RunStreamEvent> {
  readonly completed?: Promise<void>
  /** Whether the signal that the run was given has stopped it. */
  readonly cancelled?: boolean
}

/**
 * The events of a streamed run, for `agentResponse` and `agentChat` of onbehalf/chatkit. The
 * framework's interruptions are in the result, not among the events.
 *
 * @param servers Which MCP server offers a tool, by the tool's name. It shortens the tool's title.
 * @param options.keepCalls Whether the events tell what to keep of the calls for the next turn:
 *   arguments and results, as the framework has them. Default false.
 * @throws AuthError `server_unavailable` when the model, or anything else in the run, fails.
 *   `refusal.model` says why, with the provider's status and code. The error holds no other foreign
 *   text.
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
  { keepCalls = false }: { readonly keepCalls?: boolean } = {},
): AsyncGenerator<AgentEvent, void, undefined> {
  const owners = new Map([...(servers ?? [])].map(([tool, server]) => [tool, { server, tool }]))
  const translate = translator(owners)
  const keeper = keepCalls ? callKeeper(promptedValues({}), () => false) : undefined
  const out: AgentEvent[] = []
  try {
    for await (const event of result) {
      // Kept before it is shown: a client may stop as soon as it sees the call.
      keeper?.take(event, out)
      translate.take(event, out)
      for (const translated of out) yield translated
      out.length = 0
    }
    await result.completed
  } catch (error) {
    if (result.cancelled) return
    yield* endingOf(
      error,
      'I stopped after too many steps without coming to an end.',
      translate.lastText(),
    )
  }
}

/**
 * The events that tell people why the framework ended a run with an error.
 *
 * @param tooLong The sentence for a run that took too many steps.
 * @param lastText The text that was completed last. It may be the model's refusal, which must not
 *   be shown twice.
 * @throws AuthError for every error that is not a limit, a refusal of the model, or a guardrail.
 */
export function endingOf(error: unknown, tooLong: string, lastText: string): readonly AgentEvent[] {
  if (isTripwire(error)) return [{ type: 'withdrawn' }]
  const text =
    error instanceof MaxTurnsExceededError
      ? tooLong
      : error instanceof ModelRefusalError
        ? error.refusal
        : undefined
  if (text === undefined) throw modelError(error)
  if (text === lastText) return []
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
