// The events of the model's own stream: text, reasoning, citations, and calls of the provider's
// tools.

import type { RunStreamEvent } from '@openai/agents'
import type { AgentEvent } from '../../agent/events.ts'
import { isObject } from '../../core/json.ts'
import type { HostedCalls } from './hosted-calls.ts'
import type { MessageText } from './message-text.ts'
import { citationOf, type Fields, listOf, textIn } from './provider-item.ts'

/** An event of the model's stream. */
export type ModelEvent = Extract<RunStreamEvent, { type: 'raw_model_stream_event' }>['data']
type Outputs = Extract<ModelEvent, { type: 'response_done' }>['response']['output']

/** Translates the model's events. It puts what an event becomes at the end of `out`. */
export type ModelEvents = (event: ModelEvent, out: AgentEvent[]) => void

/** Begins before the first response. */
export function modelEvents(message: MessageText, calls: HostedCalls): ModelEvents {
  /** Ids of the messages of this response that are complete. */
  let completed = new Set<string>()
  /** Whether any reasoning of this response was seen. */
  let reasoned = false

  function takeProviderEvent(event: Fields, out: AgentEvent[]): void {
    const item = isObject(event.item) ? event.item : {}
    switch (event.type) {
      case 'response.output_item.added':
        if (item.type === 'reasoning') {
          reasoned = true
          out.push({ type: 'reasoning_started' })
        } else calls.begin(item, out)
        return
      case 'response.output_item.done':
        if (item.type === 'message') completeMessage(item, out)
        else calls.complete(item, out)
        return
      case 'response.output_text.annotation.added': {
        const citation = isObject(event.annotation) ? citationOf(event.annotation) : undefined
        if (citation) out.push({ type: 'citation', citation })
        return
      }
      case 'response.image_generation_call.partial_image':
        calls.showPartialImage(event, out)
        return
      default: {
        const part = reasoningOf(event)
        if (!part) return
        reasoned = true
        out.push(part)
      }
    }
  }

  /**
   * Some servers give every message the same id. Then the message is completed at the end of the
   * response.
   */
  function completeMessage(item: Fields, out: AgentEvent[]): void {
    const id = textIn(item.id)
    if (id === undefined || completed.has(id)) return
    completed.add(id)
    message.complete(listOf(item.content), out)
  }

  function takeOutputs(outputs: Outputs, out: AgentEvent[]): void {
    // Reasoning must come before the text, so reasoning that arrives after its text is left out.
    if (!reasoned && message.isEmpty()) {
      for (const output of outputs)
        if (output.type === 'reasoning') {
          reasoned = true
          pushWholeReasoning(output.content, out)
        }
    }
    const parts: Fields[] = []
    for (const output of outputs) {
      if (output.type !== 'message') continue
      if (output.id !== undefined && completed.has(output.id)) continue
      for (const { providerData, ...part } of output.content)
        parts.push({ ...part, annotations: providerData?.annotations })
    }
    if (parts.length > 0 || !message.isEmpty()) message.complete(parts, out)
  }

  return (event, out) => {
    switch (event.type) {
      case 'output_text_delta':
        message.add(event.delta, out)
        return
      case 'response_started':
        completed = new Set()
        reasoned = false
        return
      case 'response_done':
        takeOutputs(event.response.output, out)
        return
      case 'model':
        if (isObject(event.event)) takeProviderEvent(event.event, out)
    }
  }
}

/**
 * The reasoning in a provider's event: OpenAI's summaries, or what servers put into Chat
 * Completions.
 */
function reasoningOf(event: Fields): AgentEvent | undefined {
  const index = typeof event.summary_index === 'number' ? event.summary_index : 0
  switch (event.type) {
    case 'response.reasoning_summary_text.delta':
      return typeof event.delta === 'string'
        ? { type: 'reasoning_delta', index, delta: event.delta }
        : undefined
    case 'response.reasoning_summary_text.done':
      return typeof event.text === 'string'
        ? { type: 'reasoning_done', index, text: event.text }
        : undefined
    case undefined: {
      // Chat Completions. Servers use one of two names for the reasoning.
      const [choice] = listOf(event.choices)
      const delta = isObject(choice?.delta) ? choice.delta : {}
      const thought = textIn(delta.reasoning_content) ?? textIn(delta.reasoning)
      return thought === undefined
        ? undefined
        : { type: 'reasoning_delta', index: 0, delta: thought }
    }
    default:
      return undefined
  }
}

function pushWholeReasoning(
  content: readonly { readonly text: string }[],
  out: AgentEvent[],
): void {
  out.push({ type: 'reasoning_started' })
  content.forEach(({ text }, index) => {
    out.push({ type: 'reasoning_done', index, text })
  })
}
