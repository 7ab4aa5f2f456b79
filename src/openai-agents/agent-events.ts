// The framework's stream as our events: texts, and tools by name with their outcome. Neither arguments nor results pass.

import type { RunStreamEvent } from '@openai/agents'
import type { AgentEvent } from './events.ts'

/**
 * Translates the events of one run.
 *
 * @param servers Which server offers a tool, by the tool's name.
 */
export async function* eventsOf(
  stream: AsyncIterable<RunStreamEvent>,
  servers: ReadonlyMap<string, string>,
): AsyncGenerator<AgentEvent, void, undefined> {
  const names = new Map<string, string>()
  let text = ''
  for await (const event of stream) {
    if (event.type === 'raw_model_stream_event') {
      if (event.data.type === 'output_text_delta' && event.data.delta !== '') {
        text += event.data.delta
        yield { type: 'text_delta', delta: event.data.delta }
      } else if (event.data.type === 'response_done') {
        // Some providers do not stream, and a refusal is not streamed: then the whole text is one delta.
        if (text === '') {
          text = textOf(event.data.response.output)
          if (text !== '') yield { type: 'text_delta', delta: text }
        }
        if (text !== '') yield { type: 'text_done', text }
        text = ''
      }
    } else if (event.type === 'run_item_stream_event') {
      const { item } = event
      if (item.type === 'tool_call_item' && item.rawItem.type === 'function_call') {
        const { callId, name } = item.rawItem
        const server = servers.get(name)
        names.set(callId, name)
        yield { type: 'tool_started', callId, name, ...(server === undefined ? {} : { server }) }
      } else if (item.type === 'tool_call_output_item' && item.rawItem.type === 'function_call_result') {
        const { callId } = item.rawItem
        // Only a call that came back from its server has a verdict; whatever else happened, it was not done as asked.
        const outcome = item.customData?.outcome === 'done' ? 'done' : 'failed'
        yield { type: 'tool_done', callId, name: names.get(callId) ?? item.rawItem.name, outcome }
      }
    }
  }
}

type Outputs = Extract<
  Extract<RunStreamEvent, { type: 'raw_model_stream_event' }>['data'],
  { type: 'response_done' }
>['response']['output']

function textOf(outputs: Outputs): string {
  const texts: string[] = []
  for (const output of outputs) {
    if (output.type !== 'message') continue
    for (const part of output.content) {
      if (part.type === 'output_text') texts.push(part.text)
      else if (part.type === 'refusal') texts.push(part.refusal)
    }
  }
  return texts.join('')
}
