// Writes what the worst-case model does in the protocol Chat Completions.

import type { ServerResponse } from 'node:http'
import type { Call } from './behaviours.ts'
import { deltasOf, sendJson, startEvents } from './events.ts'

const NAMED = { id: 'chatcmpl-leaktest', created: 1_700_000_000, model: 'worst' }
const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }

/** Writes a text, streamed or whole. Without an end, it breaks off. */
export function sayInChatCompletions(
  response: ServerResponse,
  {
    text,
    stream,
    ends,
  }: { readonly text: string; readonly stream: boolean; readonly ends: boolean },
): void {
  if (!stream) return void whole(response, { role: 'assistant', content: text }, 'stop')
  const send = chunks(response)
  for (const content of deltasOf(text)) send({ role: 'assistant', content })
  if (!ends) return void response.write('', () => response.destroy())
  send({}, 'stop')
  response.end('data: [DONE]\n\n')
}

/** Writes calls, streamed or whole. */
export function callInChatCompletions(
  response: ServerResponse,
  {
    calls,
    stream,
    ids,
  }: { readonly calls: readonly Call[]; readonly stream: boolean; readonly ids: string },
): void {
  const toolCalls = calls.map((call, index) => ({
    index,
    id: `call_${ids}_${index}`,
    type: 'function',
    function: call,
  }))
  if (!stream) {
    const message = { role: 'assistant', content: null, tool_calls: toolCalls }
    return void whole(response, message, 'tool_calls')
  }
  const send = chunks(response)
  for (const call of toolCalls) send({ role: 'assistant', tool_calls: [call] })
  send({}, 'tool_calls')
  response.end('data: [DONE]\n\n')
}

function whole(response: ServerResponse, message: object, finish: string): void {
  sendJson(response, 200, {
    ...NAMED,
    object: 'chat.completion',
    choices: [{ index: 0, message, finish_reason: finish, logprobs: null }],
    usage: USAGE,
  })
}

function chunks(response: ServerResponse): (delta: object, finish?: string) => void {
  const send = startEvents(response)
  return (delta, finish) =>
    send({
      ...NAMED,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason: finish ?? null }],
      ...(finish === undefined ? {} : { usage: USAGE }),
    })
}
