// The framework's stream as our events, one after the other. Neither arguments nor results pass. Pure but for what it has seen so far.

import type { RunStreamEvent } from '@openai/agents'
import type { AgentEvent, Citation } from '../agent/events.ts'
import {
  citationOf,
  type Fields,
  hostedDone,
  hostedToolOf,
  imageUrl,
  isFields,
  listOf,
  textIn,
} from './provider-item.ts'

/** Translates the events of one run. */
export interface Translator {
  /** Puts what an event comes to at the end of `out`: an array of the caller's, so that a piece of text costs one object. */
  take(event: RunStreamEvent, out: AgentEvent[]): void
  /** The text that was completed last. */
  said(): string
}

type ModelEvent = Extract<RunStreamEvent, { type: 'raw_model_stream_event' }>['data']
type RunItem = Extract<RunStreamEvent, { type: 'run_item_stream_event' }>['item']
type Outputs = Extract<ModelEvent, { type: 'response_done' }>['response']['output']

/**
 * Begins a translation.
 *
 * @param servers Which server offers a tool, by the tool's name.
 * @param isSilent Whether a call is shown by other means.
 */
export function translator(
  servers: ReadonlyMap<string, string> = new Map(),
  isSilent: (name: string, callId: string) => boolean = () => false,
): Translator {
  const names = new Map<string, string>()
  /** Hosted calls and images that were told of, with whether they are complete. */
  const told = new Map<string, boolean>()
  /** The message that is being written. */
  let text = ''
  let last = ''
  /** Of the response that is being given. */
  let done = new Set<string>()
  let reasoned = false

  function takeModelEvent(data: ModelEvent, out: AgentEvent[]): void {
    switch (data.type) {
      case 'output_text_delta':
        if (data.delta === '') return
        text += data.delta
        out.push({ type: 'text_delta', delta: data.delta })
        return
      case 'response_started':
        done = new Set()
        reasoned = false
        return
      case 'response_done':
        takeOutputs(data.response.output, out)
        return
      case 'model':
        if (isFields(data.event)) takeProviderEvent(data.event, out)
    }
  }

  /** What only the provider's own events tell while it happens. */
  function takeProviderEvent(event: Fields, out: AgentEvent[]): void {
    const item = isFields(event.item) ? event.item : undefined
    switch (event.type) {
      case 'response.output_item.added':
        if (item) begin(item, out)
        return
      case 'response.output_item.done':
        if (item) complete(item, out)
        return
      case 'response.reasoning_summary_text.delta':
        if (typeof event.delta === 'string')
          reason('reasoning_delta', event.summary_index, event.delta, out)
        return
      case 'response.reasoning_summary_text.done':
        if (typeof event.text === 'string')
          reason('reasoning_done', event.summary_index, event.text, out)
        return
      case 'response.output_text.annotation.added': {
        const citation = isFields(event.annotation) ? citationOf(event.annotation) : undefined
        if (citation) out.push({ type: 'citation', citation })
        return
      }
      case 'response.image_generation_call.partial_image':
        takeImage(event.item_id, event.partial_image_b64, event.output_format, false, out)
        return
      case undefined: {
        // Chat Completions; servers that show the reasoning use one name or the other.
        const [choice] = listOf(event.choices)
        const delta = isFields(choice?.delta) ? choice.delta : undefined
        const thought = textIn(delta?.reasoning_content) ?? textIn(delta?.reasoning)
        if (thought !== undefined) reason('reasoning_delta', 0, thought, out)
      }
    }
  }

  function begin(item: Fields, out: AgentEvent[]): void {
    const id = textIn(item.id)
    if (item.type === 'reasoning') {
      reasoned = true
      out.push({ type: 'reasoning_started' })
      return
    }
    if (id === undefined || told.has(id)) return
    const tool = hostedToolOf(item.type)
    if (tool) out.push({ type: 'hosted_started', callId: id, tool })
    else if (item.type === 'image_generation_call') out.push({ type: 'image_started', callId: id })
    else return
    told.set(id, false)
  }

  function complete(item: Fields, out: AgentEvent[]): void {
    const id = textIn(item.id)
    if (item.type === 'message') {
      // Some servers give every message the same id; then the end of the response is soon enough.
      if (id === undefined || done.has(id)) return
      done.add(id)
      endMessage(listOf(item.content), out)
      return
    }
    if (id === undefined || told.get(id) === true) return
    const tool = hostedToolOf(item.type)
    if (!tool && item.type !== 'image_generation_call') return
    begin(item, out)
    told.set(id, true)
    if (tool) out.push(hostedDone(id, tool, item))
    else takeImage(id, item.result, item.output_format, true, out)
  }

  function takeImage(
    id: unknown,
    base64: unknown,
    format: unknown,
    complete: boolean,
    out: AgentEvent[],
  ): void {
    const url = imageUrl(base64, format)
    if (typeof id === 'string' && url !== undefined)
      out.push({ type: 'image', callId: id, url, complete })
  }

  function reason(
    type: 'reasoning_delta' | 'reasoning_done',
    index: unknown,
    words: string,
    out: AgentEvent[],
  ): void {
    reasoned = true
    const at = typeof index === 'number' ? index : 0
    out.push(
      type === 'reasoning_delta'
        ? { type, index: at, delta: words }
        : { type, index: at, text: words },
    )
  }

  function takeOutputs(outputs: Outputs, out: AgentEvent[]): void {
    // Reasoning that comes after its text has no place before it any more.
    if (!reasoned && text === '')
      for (const output of outputs)
        if (output.type === 'reasoning') reasonWhole(output.content, out)
    const parts: Fields[] = []
    for (const output of outputs) {
      if (output.type !== 'message' || (output.id !== undefined && done.has(output.id))) continue
      for (const { providerData, ...part } of output.content)
        parts.push({ ...part, annotations: providerData?.annotations })
    }
    if (parts.length > 0 || text !== '') endMessage(parts, out)
  }

  function reasonWhole(content: readonly { readonly text: string }[], out: AgentEvent[]): void {
    out.push({ type: 'reasoning_started' })
    content.forEach((part, index) => {
      reason('reasoning_done', index, part.text, out)
    })
  }

  /** Some providers do not stream, and a refusal is not streamed: then the whole text is one delta. */
  function endMessage(parts: readonly Fields[], out: AgentEvent[]): void {
    let whole = ''
    const citations: Citation[] = []
    for (const part of parts) {
      for (const annotation of listOf(part.annotations)) {
        const citation = citationOf(annotation)
        if (citation?.index !== undefined)
          citations.push({ ...citation, index: citation.index + whole.length })
        else if (citation) citations.push(citation)
      }
      if (part.type === 'output_text') whole += textIn(part.text) ?? ''
      else if (part.type === 'refusal') whole += textIn(part.refusal) ?? ''
    }
    if (text === '' && whole !== '') out.push({ type: 'text_delta', delta: whole })
    if (text === '') text = whole
    if (text !== '')
      out.push({ type: 'text_done', text, ...(citations.length > 0 ? { citations } : {}) })
    last = text
    text = ''
  }

  function takeItem(item: RunItem, out: AgentEvent[]): void {
    const { rawItem } = item
    if (item.type === 'tool_call_item') {
      if (rawItem?.type === 'function_call') {
        const { callId, name } = rawItem
        if (isSilent(name, callId)) return
        const server = servers.get(name)
        names.set(callId, name)
        out.push({
          type: 'tool_started',
          callId,
          name,
          ...(server === undefined ? {} : { server }),
        })
      } else if (rawItem?.type === 'hosted_tool_call') {
        // Told of already where the provider streams.
        complete(
          { ...rawItem.providerData, type: rawItem.name, id: rawItem.id, result: rawItem.output },
          out,
        )
      }
    } else if (item.type === 'tool_call_output_item' && rawItem?.type === 'function_call_result') {
      const { callId, name } = rawItem
      if (isSilent(name, callId)) return
      // Of a server's tools, only a call that came back has a verdict; whatever else happened, it was not done as asked.
      const isDone = servers.has(name)
        ? item.customData?.outcome === 'done'
        : item.executionStatus === 'executed'
      out.push({
        type: 'tool_done',
        callId,
        name: names.get(callId) ?? name,
        outcome: isDone ? 'done' : 'failed',
      })
    } else if (item.type === 'handoff_output_item') {
      out.push({ type: 'handoff', to: item.targetAgent.name })
    }
  }

  return {
    said: () => last,
    take(event, out) {
      if (event.type === 'raw_model_stream_event') takeModelEvent(event.data, out)
      else if (event.type === 'run_item_stream_event') takeItem(event.item, out)
    },
  }
}
