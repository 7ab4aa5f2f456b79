// The call that is made has exactly the arguments that were shown, whatever the model chose.

import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents/testing'
import fc from 'fast-check'
import { runAgent } from 'onbehalf/openai-agents'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { agentChat } from '../../../src/chatkit/index.ts'
import { type Loose, message, type TestCaller, testChat } from '../support.ts'
import { cardIn } from './agent-house.ts'

/** A server with one destructive tool that takes anything; what reaches it is kept as it came. */
function anything(): { readonly fetch: typeof globalThis.fetch; readonly sent: string[] } {
  const sent: string[] = []
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'any', version: '1' })
    const facts = { inputSchema: z.looseObject({}), annotations: { destructiveHint: true } }
    server.registerTool('wipe', facts, () => ({ content: [{ type: 'text', text: 'ok' }] }))
    return server
  })
  return {
    sent,
    fetch: async (input, init) => {
      const body = String(init?.body)
      if (body.includes('"tools/call"')) sent.push(body)
      return handler.fetch(new Request(input, init))
    },
  }
}

async function shownAndSent(
  args: string,
): Promise<{ readonly shown: string[]; readonly sent: Loose }> {
  const { fetch, sent } = anything()
  const model = new ScriptedModel([
    [functionCall('wipe', args, { callId: 'a' })],
    [assistantMessage('Done.')],
  ])
  const agent = agentChat<TestCaller>({
    run: (request, { caller: { principal } }) =>
      runAgent({
        ...request,
        caller: { principal, fetch: () => fetch },
        servers: [{ name: 'any', url: 'https://any.test/mcp' }],
        model,
        instructions: 'Help.',
      }),
  })
  const chat = testChat(agent.respond, { action: agent.action })
  const asked = await chat.stream('alice', 'threads.create', { input: message('Wipe it') })
  expect(sent).toEqual([])
  const card = cardIn(asked)
  const { action } = card.widget.confirm
  await chat.stream('alice', 'threads.custom_action', {
    thread_id: asked[0].thread.id,
    item_id: card.id,
    action,
  })
  expect(sent).toHaveLength(1)
  // Title, sentence, divider, the tool's title, its name: then one row for each argument.
  const shown: string[] = card.widget.children.slice(5).map(({ value }: Loose) => value)
  return { shown, sent: JSON.parse(sent[0] ?? '').params.arguments ?? {} }
}

/** As people read it, undone: what was escaped for the eye becomes the character again. */
const raw = (text: string) =>
  text.replace(/\\u\{([0-9a-f]+)\}/g, (_, code: string) =>
    String.fromCodePoint(Number.parseInt(code, 16)),
  )

it('what is sent is what was shown, for any arguments', async () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('__proto__', 'constructor', 'toString', '\u202Eevil', 'a\u200Bb', ''),
  )
  const any = fc.dictionary(text, fc.oneof(text, fc.jsonValue({ maxDepth: 3 })), {
    maxKeys: 6,
    noNullPrototype: false,
  })
  await fc.assert(
    fc.asyncProperty(any, async (values) => {
      const { shown, sent } = await shownAndSent(JSON.stringify(values))
      expect(JSON.stringify(sent)).toBe(JSON.stringify(JSON.parse(JSON.stringify(values))))
      const rows = Object.entries(sent).map(
        ([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
      )
      expect(shown.map(raw)).toEqual(rows.map(raw))
    }),
    { numRuns: 60 },
  )
})

it.each([
  ['a member given twice', '{"id":1,"id":2}', ['id: 2'], '{"id":2}'],
  [
    'a number that is too large to be kept',
    '{"id":12345678901234567890}',
    ['id: 12345678901234567000'],
    '{"id":12345678901234567000}',
  ],
  [
    'text that turns its direction',
    '{"to":"\\u202Etxt.exe"}',
    ['to: \\u{202e}txt.exe'],
    '{"to":"‮txt.exe"}',
  ],
  [
    'text in which another one hides',
    '{"to":"a\u{e0101}\u{e0102}\ufe00\u3164"}',
    ['to: a\\u{e0101}\\u{e0102}\\u{fe00}\\u{3164}'],
    '{"to":"a\u{e0101}\u{e0102}\ufe00\u3164"}',
  ],
  ['a null', '{"to":null}', ['to: null'], '{"to":null}'],
])('%s is shown as it is sent', async (_, args, rows, received) => {
  const { shown, sent } = await shownAndSent(args)
  expect(shown).toEqual(rows)
  expect(JSON.stringify(sent)).toBe(received)
})

it.each([
  ['a list', '[{"id":"every"}]', 'arguments: [{"id":"every"}]'],
  ['a text', '"every"', 'arguments: every'],
  ['a number', '7', 'arguments: 7'],
  ['null', 'null', 'arguments: null'],
])('%s that a run gives for arguments is shown whole', async (_, args, row) => {
  const call = { callId: 'a', name: 'wipe', server: 'any', scopes: [], arguments: args }
  const agent = agentChat<TestCaller>({
    async *run() {
      yield { type: 'approval_needed', calls: [call], state: '' }
    },
  })
  const chat = testChat(agent.respond, { action: agent.action })
  const asked = await chat.stream('alice', 'threads.create', { input: message('Wipe it') })
  expect(cardIn(asked).widget.children.slice(5)).toMatchObject([{ type: 'Text', value: row }])
})
