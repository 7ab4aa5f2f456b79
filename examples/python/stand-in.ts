// A model that is no language model, behind the Responses API of OpenAI: TaskFlow's stand-in decides
// what it answers. It is here so that the example runs without a key and without a network.

import type { RequestListener, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Conversation, Said } from '../taskflow/stand-in/conversation.ts'
import { decide, type Move } from '../taskflow/stand-in/decide.ts'

/** Options of {@link standInModelServer}. */
export interface ModelServerOptions {
  /** Gets the body of each request: all that the model sees. It may hold up the answer. */
  readonly onRequest?: (body: string) => Promise<void>
}

/** Makes the endpoint: `POST /v1/responses`, streamed or whole. */
export function standInModelServer({ onRequest }: ModelServerOptions = {}): RequestListener {
  return (request, response) => {
    const answering = async () => {
      const text = (await request.toArray()).join('')
      await onRequest?.(text)
      answer(Body.parse(JSON.parse(text)), response)
    }
    answering().catch(() => response.writeHead(400).end('{}'))
  }
}

const Text = z.union([
  z.string(),
  z.array(z.looseObject({ text: z.string().optional() })).transform(joined),
])
const Body = z.looseObject({
  stream: z.boolean().nullish(),
  input: z.union([
    z.string(),
    z.array(
      z.looseObject({
        type: z.string().optional(),
        role: z.string().optional(),
        content: Text.nullish(),
        output: Text.nullish(),
      }),
    ),
  ]),
  tools: z.array(z.looseObject({ name: z.string(), parameters: z.unknown() })).default([]),
})

function joined(parts: readonly { readonly text?: string | undefined }[]): string {
  return parts.map(({ text = '' }) => text).join('\n')
}

function answer({ input, tools, stream }: z.infer<typeof Body>, response: ServerResponse): void {
  const habits = { told: {}, asksBeforeDeleting: true, fooled: false }
  const conversation = conversationOf(input)
  const move = decide(conversation, tools, Date.now(), habits)
  const item = itemOf(move, `${conversation.said.length}_${conversation.returned.length}`)
  if (!stream) {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(responseOf([item])))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const [at, event] of eventsOf(item).entries())
    response.write(
      `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: at })}\n\n`,
    )
  response.end()
}

function conversationOf(input: z.infer<typeof Body>['input']): Conversation {
  if (typeof input === 'string')
    return { said: [{ role: 'user', text: input }], returned: [], attached: [] }
  const said: Said[] = []
  let returned: string[] = []
  for (const { type, role, content, output } of input) {
    if (role === 'user') returned = []
    if (type === 'function_call_output') returned.push(output ?? '')
    else if ((role === 'user' || role === 'assistant') && content)
      said.push({ role, text: content.trim() })
  }
  return { said, returned, attached: [] }
}

/** The output item of a move. `place` is another one at each step of a conversation. */
function itemOf(move: Move, place: string) {
  const id = `${place}_${crypto.randomUUID()}`
  if (move.kind === 'call') {
    const args = JSON.stringify(move.args)
    const call = { id: `fc_${id}`, call_id: `call_${id}`, name: move.tool, arguments: args }
    return { type: 'function_call' as const, status: 'completed', ...call }
  }
  const content = [{ type: 'output_text', text: move.text, annotations: [] }]
  const message = { id: `msg_${id}`, role: 'assistant', status: 'completed', content }
  return { type: 'message' as const, ...message }
}

type Item = ReturnType<typeof itemOf>

function responseOf(output: readonly Item[]) {
  const none = { input_tokens: 0, output_tokens: 0, total_tokens: 0 }
  const details = {
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  }
  return {
    id: `resp_${crypto.randomUUID()}`,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    model: 'stand-in, not a language model',
    status: output.length === 0 ? 'in_progress' : 'completed',
    output,
    parallel_tool_calls: false,
    tool_choice: 'auto',
    tools: [],
    usage: { ...none, ...details },
  }
}

/** One event of a stream. */
interface StreamEvent {
  readonly type: string
  readonly [name: string]: unknown
}

/** The events of a streamed answer with one item. */
function eventsOf(item: Item): readonly StreamEvent[] {
  const at = { output_index: 0 }
  return [
    { type: 'response.created', response: responseOf([]) },
    ...(item.type === 'message' ? spoken(item) : [added(item)]),
    { type: 'response.output_item.done', ...at, item },
    { type: 'response.completed', response: responseOf([item]) },
  ]
}

function added(item: Item) {
  return { type: 'response.output_item.added', output_index: 0, item }
}

/** The events of a message: its text word by word. */
function spoken(item: Extract<Item, { type: 'message' }>): readonly StreamEvent[] {
  const at = { item_id: item.id, output_index: 0, content_index: 0 }
  const [part] = item.content
  const text = part?.text ?? ''
  const words = text.match(/\s*\S+|\s+$/g) ?? []
  const delta = 'response.output_text.delta'
  return [
    added({ ...item, status: 'in_progress', content: [] }),
    { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
    ...words.map((word) => ({ type: delta, ...at, delta: word, logprobs: [] })),
    { type: 'response.output_text.done', ...at, text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part },
  ]
}
