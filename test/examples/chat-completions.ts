// A model provider for the examples. It speaks Chat Completions on the loopback interface, and
// TaskFlow's stand-in decides what it answers.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import type { Conversation, Said } from '../../examples/taskflow/stand-in/conversation.ts'
import { decide, type Move } from '../../examples/taskflow/stand-in/decide.ts'

const Text = z.union([
  z.string(),
  z
    .array(z.object({ text: z.string() }))
    .transform((parts) => parts.map((part) => part.text).join()),
])
const Body = z.object({
  messages: z.array(
    z.object({ role: z.enum(['system', 'user', 'assistant', 'tool']), content: Text.nullish() }),
  ),
  tools: z.array(z.object({ function: z.object({ name: z.string(), parameters: z.unknown() }) })),
})

/** A provider that runs. */
export interface ModelProvider {
  /** The environment in which an example asks this provider. */
  readonly env: { readonly OPENAI_BASE_URL: string; readonly OPENAI_MODEL: string }
  /** From now on an answer never ends. */
  stall(): void
  close(): Promise<void>
}

/** Starts a provider on a free port. */
export async function startModelProvider(): Promise<ModelProvider> {
  let isStalled = false
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const { messages, tools } = Body.parse(JSON.parse(text))
    const listed = tools.map((tool) => tool.function)
    const habits = { told: {}, asksBeforeDeleting: true, fooled: false }
    const move = decide(conversationOf(messages), listed, Date.now(), habits)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const choice of choicesOf(move, `call_${messages.length}`)) {
      const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'stand-in' }
      response.write(
        `data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, ...choice }] })}\n\n`,
      )
    }
    if (!isStalled) response.end('data: [DONE]\n\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    env: { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`, OPENAI_MODEL: 'stand-in' },
    stall(): void {
      isStalled = true
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function conversationOf(messages: z.infer<typeof Body>['messages']): Conversation {
  const said: Said[] = []
  let returned: string[] = []
  for (const { role, content } of messages) {
    if (role === 'user') returned = []
    if (role === 'tool') returned.push(content ?? '')
    else if (role !== 'system' && content) said.push({ role, text: content })
  }
  return { said, returned, attached: [] }
}

/** A move as the pieces of a streamed choice. */
function choicesOf(move: Move, id: string): readonly object[] {
  const role = 'assistant'
  const call = (name: string, args: object) => ({
    index: 0,
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  })
  return move.kind === 'call'
    ? [
        { delta: { role, tool_calls: [call(move.tool, move.args)] }, finish_reason: null },
        { delta: {}, finish_reason: 'tool_calls' },
      ]
    : [
        { delta: { role, content: move.text }, finish_reason: null },
        { delta: {}, finish_reason: 'stop' },
      ]
}
