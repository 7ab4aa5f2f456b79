// The run of an agent as events of AG-UI.

import { DECLINED } from '../../agent/asking.ts'
import type { AgentEvent, PendingCall } from '../../agent/events.ts'
import { sentenceFor } from '../../core/sentences.ts'
import type { AgUiInterrupt, ShownIds } from './interrupt.ts'

/** An event of AG-UI. */
export type AgUiEvent = Readonly<Record<string, unknown>> & { readonly type: string }

/** What a client calls a run. */
export interface RunIds {
  readonly threadId: string
  readonly runId: string
}

/** What a run needs that may wait for the person. */
interface Pausing {
  /** Keeps the run, and gives the interrupt that ends it. Absent: nobody can be asked. */
  readonly pause?: (
    needed: { readonly calls: readonly PendingCall[]; readonly state: string },
    shown: ShownIds,
  ) => Promise<AgUiInterrupt>
  /** Calls that the page knows from the run that was interrupted. */
  readonly before?: ShownIds
  /** Those among them that the person has declined. */
  readonly declined?: readonly string[]
}

/**
 * The events of a run as events of AG-UI. It never throws: a failure is its last event, in a fixed
 * sentence.
 */
export function agUiEvents(
  events: AsyncIterable<AgentEvent>,
  ids: RunIds,
): AsyncGenerator<AgUiEvent, void, undefined> {
  return writtenRun(events, ids, {})
}

/** The same for a run that may wait for the person, and for one that goes on after that. */
export async function* writtenRun(
  events: AsyncIterable<AgentEvent>,
  ids: RunIds,
  { pause, before = new Map(), declined = [] }: Pausing,
): AsyncGenerator<AgUiEvent, void, undefined> {
  const writer = agUiWriter(before)
  let interrupt: AgUiInterrupt | undefined
  yield { type: 'RUN_STARTED', ...ids }
  try {
    for (const callId of declined) yield resultEvent(callId, DECLINED)
    for await (const event of events) {
      if (event.type !== 'approval_needed') yield* writer.write(event)
      else if (pause) {
        yield* writer.propose(event.calls)
        interrupt = await pause(event, writer.shown())
      }
    }
    yield* writer.finish()
    const outcome = interrupt && { outcome: { type: 'interrupt', interrupts: [interrupt] } }
    yield { type: 'RUN_FINISHED', ...ids, ...outcome }
  } catch (error) {
    yield* writer.finish()
    yield { type: 'RUN_ERROR', message: sentenceFor(error) }
  }
}

function resultEvent(toolCallId: string, content: string): AgUiEvent {
  const messageId = crypto.randomUUID()
  return { type: 'TOOL_CALL_RESULT', messageId, toolCallId, content, role: 'tool' }
}

/** What the model says and thinks: one message at a time is open. */
function wordWriter() {
  let message: string | undefined
  let thought: string | undefined

  function* end(): Generator<AgUiEvent> {
    if (message !== undefined) yield { type: 'TEXT_MESSAGE_END', messageId: message }
    if (thought !== undefined) {
      yield { type: 'REASONING_MESSAGE_END', messageId: thought }
      yield { type: 'REASONING_END', messageId: thought }
    }
    message = undefined
    thought = undefined
  }

  return {
    end,
    *text(delta: string): Generator<AgUiEvent> {
      if (message === undefined) {
        yield* end()
        message = crypto.randomUUID()
        yield { type: 'TEXT_MESSAGE_START', messageId: message, role: 'assistant' }
      }
      yield { type: 'TEXT_MESSAGE_CONTENT', messageId: message, delta }
    },
    *thought(delta: string): Generator<AgUiEvent> {
      if (thought === undefined) {
        yield* end()
        thought = crypto.randomUUID()
        yield { type: 'REASONING_START', messageId: thought }
        yield { type: 'REASONING_MESSAGE_START', messageId: thought, role: 'reasoning' }
      }
      yield { type: 'REASONING_MESSAGE_CONTENT', messageId: thought, delta }
    },
  }
}

/** @param before Calls that the page knows from the run that was interrupted. */
function agUiWriter(before: ShownIds) {
  const words = wordWriter()
  /** Calls that have begun, and whose arguments have not come: their names by their ids. */
  const open = new Map<string, string>()
  const shown = new Map<string, string>()

  function* begin(toolCallId: string, toolCallName: string): Generator<AgUiEvent> {
    yield* words.end()
    open.set(toolCallId, toolCallName)
    yield { type: 'TOOL_CALL_START', toolCallId, toolCallName }
  }

  function* endCall(toolCallId: string): Generator<AgUiEvent> {
    if (open.delete(toolCallId)) yield { type: 'TOOL_CALL_END', toolCallId }
  }

  function* finish(): Generator<AgUiEvent> {
    yield* words.end()
    for (const toolCallId of open.keys()) yield* endCall(toolCallId)
  }

  /** Shows calls that wait, each as the one that the framework began for it where there is one. */
  function* propose(calls: readonly PendingCall[]): Generator<AgUiEvent> {
    for (const { callId, name, tool = name, arguments: delta } of calls) {
      const begun = [...open].find(([, named]) => named.endsWith(tool))?.[0]
      const toolCallId = begun ?? callId
      if (begun === undefined) yield* begin(toolCallId, tool)
      yield { type: 'TOOL_CALL_ARGS', toolCallId, delta }
      yield* endCall(toolCallId)
      shown.set(callId, toolCallId)
    }
  }

  function* write(event: AgentEvent): Generator<AgUiEvent> {
    switch (event.type) {
      case 'text_delta':
        yield* words.text(event.delta)
        return
      case 'reasoning_delta':
        yield* words.thought(event.delta)
        return
      case 'text_done':
      case 'reasoning_done':
        yield* words.end()
        return
      case 'tool_started':
        if (before.has(event.callId)) yield* words.end()
        else yield* begin(event.callId, event.name)
        return
      case 'tool_result': {
        const { callId, arguments: delta, text: content } = event
        const toolCallId = before.get(callId) ?? callId
        if (!before.has(callId)) {
          yield { type: 'TOOL_CALL_ARGS', toolCallId, delta }
          yield* endCall(toolCallId)
        }
        yield resultEvent(toolCallId, content)
        return
      }
      case 'client_tool': {
        const { callId: toolCallId, name, arguments: delta } = event
        yield* begin(toolCallId, name)
        yield { type: 'TOOL_CALL_ARGS', toolCallId, delta }
        yield* endCall(toolCallId)
        return
      }
      case 'tool_done':
        // The arguments of a call that waits come when the run ends.
        if (event.outcome !== 'waits') yield* endCall(event.callId)
        return
      case 'connection_needed':
      case 'left_out':
      case 'handoff':
      case 'tool_progress':
        yield { type: 'CUSTOM', name: `onbehalf.${event.type}`, value: event }
    }
  }
  return { write, finish, propose, shown: (): ShownIds => shown }
}
