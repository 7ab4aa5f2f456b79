// TaskFlow's stand-in for a language model, as the SDK's `Model`: it answers by fixed rules, from
// the conversation and the tool list.

import {
  type Model,
  type ModelRequest,
  type protocol,
  type StreamEvent,
  Usage,
} from '@openai/agents'
import { conversationOf } from './conversation.ts'
import { decide, type Move } from './decide.ts'
import { personIn, toldIn } from './told.ts'

/** Options of {@link standInModel}. */
export interface StandInOptions {
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /**
   * Whether it asks before it deletes. Default true. Set it to false where calls that delete wait
   * for an approval.
   */
  readonly asksBeforeDeleting?: boolean
  /**
   * Whether it obeys what a tool returns, as a fooled model does. Default false. Only the comparison
   * sets it.
   */
  readonly fooled?: boolean
}

/**
 * Makes the stand-in. It holds no state, so any number of conversations can share one.
 *
 * @example
 * ```ts
 * const events = runAgent({ model: standInModel(), caller, servers, instructions, input })
 * ```
 */
export function standInModel(options: StandInOptions = {}): Model {
  const { now = Date.now, asksBeforeDeleting = true, fooled = false } = options

  function next(request: ModelRequest): { readonly move: Move; readonly place: string } {
    request.signal?.throwIfAborted()
    const conversation = conversationOf(request.input)
    const tools = request.tools.flatMap((tool) => (tool.type === 'function' ? [tool] : []))
    // Different at each step of a conversation, so that the ids made of it are unique in the
    // conversation.
    const place = `${conversation.said.length}_${conversation.returned.length + 1}`
    const habits = {
      told: toldIn(request.systemInstructions),
      person: personIn(request.systemInstructions),
      asksBeforeDeleting,
      fooled,
    }
    return { move: decide(conversation, tools, now(), habits), place }
  }

  return {
    async getResponse(request) {
      const { move, place } = next(request)
      return {
        usage: new Usage({ requests: 1 }),
        responseId: `stand_in_${place}`,
        output: [itemOf(move, place)],
      }
    },
    async *getStreamedResponse(request): AsyncGenerator<StreamEvent> {
      const { move, place } = next(request)
      yield { type: 'response_started' }
      const words = move.kind === 'say' ? (move.text.match(/\s*\S+|\s+$/g) ?? []) : []
      for (const delta of words) {
        request.signal?.throwIfAborted()
        yield { type: 'output_text_delta', delta }
      }
      const usage = { requests: 1, inputTokens: 0, outputTokens: 0, totalTokens: 0 }
      yield {
        type: 'response_done',
        response: { id: `stand_in_${place}`, usage, output: [itemOf(move, place)] },
      }
    },
  }
}

function itemOf(
  move: Move,
  place: string,
): protocol.FunctionCallItem | protocol.AssistantMessageItem {
  if (move.kind === 'call') {
    return {
      type: 'function_call',
      callId: `call_${place}`,
      name: move.tool,
      arguments: JSON.stringify(move.args),
      status: 'completed',
    }
  }
  const content: protocol.AssistantMessageItem['content'] = [
    { type: 'output_text', text: move.text },
  ]
  return { type: 'message', id: `msg_${place}`, role: 'assistant', status: 'completed', content }
}
