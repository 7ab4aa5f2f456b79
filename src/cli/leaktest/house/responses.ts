// Writes what the worst-case model does in the protocol Responses.

import type { ServerResponse } from 'node:http'
import type { Call } from './behaviours.ts'
import { deltasOf, sendJson, startEvents } from './events.ts'

type Item = Readonly<Record<string, unknown>>

/** Writes a text, streamed or whole. Without an end, it breaks off. */
export function sayInResponses(
  response: ServerResponse,
  {
    text,
    stream,
    ends,
    ids,
  }: {
    readonly text: string
    readonly stream: boolean
    readonly ends: boolean
    readonly ids: string
  },
): void {
  const id = `msg_${ids}`
  const content = [{ type: 'output_text', text, annotations: [], logprobs: [] }]
  const item = { id, type: 'message', role: 'assistant', status: 'completed', content }
  if (!stream) return void sendJson(response, 200, body(ids, 'completed', [item]))
  const send = sequence(response)
  send({ type: 'response.created', response: body(ids, 'in_progress', []) })
  const place = { output_index: 0, content_index: 0, item_id: id }
  send({ type: 'response.output_item.added', ...place, item: { ...item, content: [] } })
  send({ type: 'response.content_part.added', ...place, part: { ...content[0], text: '' } })
  for (const delta of deltasOf(text))
    send({ type: 'response.output_text.delta', ...place, delta, logprobs: [] })
  if (!ends) return void response.write('', () => response.destroy())
  send({ type: 'response.output_text.done', ...place, text, logprobs: [] })
  send({ type: 'response.content_part.done', ...place, part: content[0] })
  send({ type: 'response.output_item.done', ...place, item })
  send({ type: 'response.completed', response: body(ids, 'completed', [item]) })
  response.end()
}

/** Writes calls, streamed or whole. */
export function callInResponses(
  response: ServerResponse,
  {
    calls,
    stream,
    ids,
  }: { readonly calls: readonly Call[]; readonly stream: boolean; readonly ids: string },
): void {
  const items = calls.map((call, index) => ({
    id: `fc_${ids}_${index}`,
    type: 'function_call',
    status: 'completed',
    call_id: `call_${ids}_${index}`,
    ...call,
  }))
  if (!stream) return void sendJson(response, 200, body(ids, 'completed', items))
  const send = sequence(response)
  send({ type: 'response.created', response: body(ids, 'in_progress', []) })
  for (const [output_index, item] of items.entries()) {
    const place = { output_index, item_id: item.id }
    send({ type: 'response.output_item.added', ...place, item: { ...item, arguments: '' } })
    send({ type: 'response.function_call_arguments.delta', ...place, delta: item.arguments })
    send({ type: 'response.function_call_arguments.done', ...place, arguments: item.arguments })
    send({ type: 'response.output_item.done', ...place, item })
  }
  send({ type: 'response.completed', response: body(ids, 'completed', items) })
  response.end()
}

function sequence(
  response: ServerResponse,
): (event: { readonly type: string; readonly [member: string]: unknown }) => void {
  const send = startEvents(response)
  let sequence_number = 0
  return (event) => send({ ...event, sequence_number: sequence_number++ }, event.type)
}

function body(ids: string, status: string, output: readonly Item[]): object {
  return {
    id: `resp_${ids}`,
    object: 'response',
    created_at: 1_700_000_000,
    status,
    model: 'worst',
    output,
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    instructions: null,
    metadata: {},
    error: null,
    incomplete_details: null,
    temperature: 1,
    top_p: 1,
    usage: {
      input_tokens: 1,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 1,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 2,
    },
  }
}
