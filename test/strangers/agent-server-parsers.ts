// The parsers that read what an MCP server says to an agent's run. It has no tests.

import { readQuestion } from '../../src/openai-agents/questions/read-question.ts'
import { readResult } from '../../src/openai-agents/results/read-result.ts'
import { mendMessage } from '../../src/openai-agents/servers/mend-message.ts'
import { providerSchema } from '../../src/openai-agents/servers/provider-schema.ts'
import { rewriteMessages } from '../../src/openai-agents/servers/rewrite-messages.ts'
import { runFetch } from '../../src/openai-agents/servers/run-fetch.ts'
import { sortTools } from '../../src/openai-agents/servers/usable-tools.ts'
import { transportFetch } from '../../src/openai-agents/transport-fetch.ts'
import { OLD, tool } from '../mcp/parts.ts'
import { form } from '../openai-agents/asking-server.ts'
import { bytesOf, fromJson, NEVER_COMES, type Outcome, type StrangerParser } from './parser.ts'

const DONE = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [] } })

/** What the MCP client reads of an answer. */
async function mended(body: string, type: string): Promise<Outcome> {
  const response = new Response(bytesOf(body), { headers: { 'content-type': type } })
  return { taken: true, value: await (await rewriteMessages(response, mendMessage)).text() }
}

export const AGENT_SERVER_PARSERS: readonly StrangerParser[] = [
  {
    name: "a tool's result for the model",
    stranger: 'an MCP server',
    files: [
      'src/openai-agents/results/read-result.ts',
      'src/openai-agents/results/model-content.ts',
    ],
    good: () => ['{"content":[{"type":"text","text":"done"}]}', '{"structuredContent":{"id":7}}'],
    read(text) {
      const parsed = fromJson(text)
      if (!parsed) return NEVER_COMES
      return { taken: true, value: readResult(parsed.value, { type: 'object' }).content }
    },
  },
  {
    name: 'answers for the MCP client, in JSON',
    stranger: 'an MCP server',
    files: [
      'src/openai-agents/servers/rewrite-messages.ts',
      'src/openai-agents/servers/mend-message.ts',
    ],
    good: () => [DONE, `[${DONE}]`],
    read: (body) => mended(body, 'application/json'),
  },
  {
    name: 'answers for the MCP client, in events',
    stranger: 'an MCP server',
    files: ['src/openai-agents/servers/rewrite-messages.ts'],
    good: () => [`: hello\n\nid: 1\ndata: ${DONE}\n\n`],
    read: (body) => mended(body, 'text/event-stream'),
  },
  {
    name: 'farewell of the MCP client',
    stranger: 'a model',
    files: ['src/openai-agents/servers/run-fetch.ts'],
    good: () => ['{"method":"notifications/cancelled"}', '{}'],
    async read(body) {
      const sent: unknown[] = []
      const { fetch } = runFetch({
        name: 'tasks',
        fetch: async (_, init) => {
          sent.push(init?.body)
          return new Response(null, { status: 202 })
        },
        signal: new AbortController().signal,
        onRefused: () => undefined,
      })
      await fetch('https://tasks.example/mcp', { method: 'POST', body })
      return { taken: sent[0] === body }
    },
  },
  {
    name: 'message of the MCP client to a process',
    stranger: 'a model',
    files: ['src/openai-agents/transport-fetch.ts'],
    good: () => ['{"jsonrpc":"2.0","method":"notifications/initialized"}'],
    async read(body) {
      const send = transportFetch({
        start: async () => undefined,
        close: async () => undefined,
        async send(message) {
          if ('id' in message) this.onmessage?.({ id: message.id, result: {} })
        },
      })
      const { status } = await send('https://tasks.example/mcp', { method: 'POST', body })
      return { taken: status < 400 }
    },
  },
  {
    name: 'a question for the person',
    stranger: 'an MCP server',
    files: ['src/openai-agents/questions/read-question.ts'],
    good: () => [
      JSON.stringify(form('street', { type: 'string', title: 'Street', maxLength: 9 })),
      JSON.stringify(form('days', { type: 'array', items: { enum: ['mon', 'tue'] } })),
      '{"mode":"url","message":"Pay.","url":"https://pay.example/","elicitationId":"1"}',
    ],
    read(text) {
      const parsed = fromJson(text)
      if (!parsed) return NEVER_COMES
      const read = readQuestion('Tasks', parsed.value)
      return read.ok ? { taken: true, value: read.question } : { taken: false, said: read.why }
    },
  },
  {
    name: 'tools for the model',
    stranger: 'an MCP server',
    files: [
      'src/mcp/tools/mend-tool.ts',
      'src/mcp/tools/mend-schema.ts',
      'src/openai-agents/servers/usable-tools.ts',
      'src/openai-agents/servers/provider-schema.ts',
    ],
    good: () => [
      JSON.stringify(OLD),
      JSON.stringify(tool('list_tasks', { page: { type: 'integer' } })),
    ],
    read(text) {
      const parsed = fromJson(text)
      if (!parsed) return NEVER_COMES
      const { usable, unusable } = sortTools([parsed.value], {})
      const value = usable.map(({ inputSchema }) => JSON.stringify(providerSchema(inputSchema)))
      return usable.length > 0
        ? { taken: true, value }
        : { taken: false, said: unusable.map(({ why }) => why) }
    },
  },
]
