// Writes the events of a run for an adapter, so that its table says only what each part of its
// framework's stream is: text, reasoning, a call, a result.

import { writeJson } from '../core/json.ts'
import type { AgentEvent, Citation } from './events.ts'
import { keptArguments, keptOutput, structuredIn } from './keep.ts'

/** The server that offers a tool, and its own name for the tool. */
export interface ToolOwner {
  readonly server: string
  readonly tool: string
}

/** What an adapter can be told about its run. */
export interface RunNotes {
  /**
   * Whose a tool is, by its name for the model. Default: the tool is shown by that name, without a
   * server.
   */
  readonly ownerOf?: (name: string) => ToolOwner | undefined
  /**
   * Whether the events tell what to keep of the calls for the next turn (`call_kept`): arguments and
   * results, cut and without credentials. Default true.
   */
  readonly keepCalls?: boolean
}

/** Takes the parts of a framework's stream in their order. */
export interface EventWriter {
  text(delta: string): void
  /** The message is complete. The next text begins another one. */
  endText(): void
  cite(citation: Citation): void
  think(delta: string): void
  /** A call begins. `input` is the arguments as a value, or as JSON. One under way is ignored. */
  call(callId: string, name: string, input: unknown): void
  /** A call has come back. One that is not under way is ignored. */
  result(callId: string, output: unknown, outcome: 'done' | 'failed'): void
  /** A call under way was not made, because the person must decide. */
  waits(callId: string): void
  /** An event of another kind. */
  add(event: AgentEvent): void
  /** Completes what is open. */
  end(): void
  /** The events since this was last asked. */
  take(): readonly AgentEvent[]
}

/** Begins without any event. */
export function eventWriter({ ownerOf, keepCalls = true }: RunNotes = {}): EventWriter {
  let out: AgentEvent[] = []
  let text = ''
  let thought = ''
  let citations: Citation[] = []
  const calls = new Map<string, { readonly name: string; readonly args: string }>()

  function endThought(): void {
    if (thought !== '') out.push({ type: 'reasoning_done', index: 0, text: thought })
    thought = ''
  }

  function endText(): void {
    if (text !== '')
      out.push({ type: 'text_done', text, ...(citations.length > 0 ? { citations } : {}) })
    text = ''
    citations = []
  }

  return {
    endText,
    text(delta) {
      if (delta === '') return
      endThought()
      text += delta
      out.push({ type: 'text_delta', delta })
    },
    cite(citation) {
      endThought()
      citations.push(citation)
      out.push({ type: 'citation', citation })
    },
    think(delta) {
      if (delta === '') return
      endText()
      if (thought === '') out.push({ type: 'reasoning_started' })
      thought += delta
      out.push({ type: 'reasoning_delta', index: 0, delta })
    },
    call(callId, name, input) {
      if (calls.has(callId)) return
      endThought()
      endText()
      const args = keptArguments(typeof input === 'string' ? input : (writeJson(input) ?? ''))
      calls.set(callId, { name, args })
      const owner = ownerOf?.(name)
      if (keepCalls) out.push({ type: 'call_kept', call: { callId, name, arguments: args } })
      out.push({
        type: 'tool_started',
        callId,
        name: owner?.tool ?? name,
        ...(owner ? { server: owner.server } : {}),
      })
    },
    result(callId, output, outcome) {
      const call = calls.get(callId)
      // Some providers give a later call the same id.
      if (!call || !calls.delete(callId)) return
      const { name, args } = call
      if (keepCalls) {
        const kept = { callId, name, arguments: args, output: keptOutput(output) }
        out.push({ type: 'call_kept', call: kept })
      }
      const owner = ownerOf?.(name)
      const structured = structuredIn(output)
      out.push({
        type: 'tool_result',
        callId,
        name: owner?.tool ?? name,
        ...(owner ? { server: owner.server } : {}),
        arguments: args,
        text: keptOutput(output),
        ...(structured === undefined ? {} : { structured }),
      })
      out.push({ type: 'tool_done', callId, name: owner?.tool ?? name, outcome })
    },
    waits(callId) {
      const name = calls.get(callId)?.name
      if (name === undefined || !calls.delete(callId)) return
      out.push({ type: 'tool_done', callId, name: ownerOf?.(name)?.tool ?? name, outcome: 'waits' })
    },
    add(event) {
      endThought()
      endText()
      out.push(event)
    },
    end() {
      endThought()
      endText()
    },
    take() {
      const taken = out
      out = []
      return taken
    },
  }
}
