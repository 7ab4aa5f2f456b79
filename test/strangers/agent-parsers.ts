// The parsers of an agent's run, whichever framework it is of. It has no tests.

import { heldFetch } from '../../src/agent/hold/held-fetch.ts'
import { refusingCalls } from '../../src/agent/hold/hold.ts'
import { keptArguments, keptOutput } from '../../src/agent/keep.ts'
import { AuthError } from '../../src/core/errors.ts'
import { type AgUiRunRequest, agUiResponse } from '../../src/frameworks/ag-ui/index.ts'
import { fromJson, NEVER_COMES, type StrangerParser, withoutId } from './parser.ts'

const CALL = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'delete_task', arguments: { task_id: 1 } },
}

const AG_UI = { threadId: 't', runId: 'r', messages: [{ id: 'm', role: 'user', content: 'Hello' }] }

export const AGENT_PARSERS: readonly StrangerParser[] = [
  {
    name: 'the input of an AG-UI run',
    stranger: 'a page',
    files: ['src/frameworks/ag-ui/read-input.ts'],
    good: () => [JSON.stringify(AG_UI)],
    async read(body) {
      const seen: unknown[] = []
      const run = async function* ({ input, clientTools }: AgUiRunRequest) {
        seen.push(input, clientTools)
        yield* []
      }
      const request = new Request('https://app.example/chat', { method: 'POST', body })
      const answer = await agUiResponse(request, {}, { run })
      const said = answer.ok ? undefined : await answer.text()
      if (answer.ok) await answer.text()
      return { taken: answer.ok, value: seen, said }
    },
  },
  {
    name: 'a request that may have to wait for the person',
    stranger: 'a model',
    files: ['src/agent/hold/held-fetch.ts'],
    good: () => [JSON.stringify(CALL)],
    async read(body) {
      const sent: unknown[] = []
      const fetch = heldFetch({
        scopesOf: () => [],
        server: 'Tasks',
        policy: 'changes',
        hold: refusingCalls(),
        fetch: async (_, init) => {
          sent.push(init?.body)
          return new Response(null, { status: 404 })
        },
      })
      const answer = await fetch('https://tasks.example/mcp', { method: 'POST', body })
      const calls = sent.filter((one) => String(one).includes('"tools/call"'))
      return { taken: answer.ok, value: calls, said: withoutId(await answer.text()) }
    },
    mayThrow: (error) => error instanceof AuthError,
  },
  {
    name: 'arguments that a conversation keeps',
    stranger: 'a model',
    files: ['src/agent/keep.ts'],
    good: () => ['{"task_id":1}'],
    read: (text) => ({ taken: keptArguments(text) !== '{}', value: keptArguments(text) }),
  },
  {
    name: 'a result that a conversation keeps',
    stranger: 'an MCP server',
    files: ['src/agent/keep.ts'],
    good: () => ['{"content":[{"type":"text","text":"done"}]}', '{"structuredContent":{"id":7}}'],
    read(text) {
      const parsed = fromJson(text)
      return parsed ? { taken: true, value: keptOutput(parsed.value) } : NEVER_COMES
    },
  },
]
