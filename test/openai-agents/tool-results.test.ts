// What a server answered reaches the model, whatever is odd about it, over both of OpenAI's APIs.

import { runAgent } from 'onbehalf/openai-agents'
import { describe, expect, it } from 'vitest'
import { APIS, type Api, type ModelRequestBody, modelServer } from './model-server.ts'
import { rawServer } from './raw-server.ts'
import { ALICE, eventsOf } from './talk.ts'

const TOOL = { name: 'one', inputSchema: { type: 'object', properties: {} } }
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=='

/** Runs one call, and gives what the model was told about it and how the call ended. */
async function toldAbout(
  api: Api,
  result: object,
  tool: object = TOOL,
): Promise<{ readonly told: string; readonly outcome: unknown; readonly output: unknown }> {
  const provider = await modelServer(api, [
    { calls: [{ id: 'c1', name: 'one', arguments: '{}' }] },
    { text: 'Good.' },
  ])
  const events = await eventsOf(
    runAgent({
      caller: { principal: ALICE, fetch: () => rawServer([tool], () => result).fetch },
      servers: [{ name: 'raw', url: 'https://raw.test/mcp' }],
      model: provider.model,
      instructions: 'Help.',
      input: [{ role: 'user', text: 'Do it.' }],
    }),
  )
  const outcome = events.find((event) => event.type === 'tool_done')?.outcome
  const output = outputIn(provider.requests[1])
  return { told: textsIn(output), outcome, output }
}

function outputIn(request: ModelRequestBody | undefined): unknown {
  const { messages, input } = request?.body ?? {}
  // biome-ignore lint/suspicious/noExplicitAny: the wire's own shape.
  const find = (list: any[], is: (item: any) => boolean) => list.find(is)
  return messages
    ? find(messages, ({ role }) => role === 'tool')?.content
    : find(input, ({ type }) => type === 'function_call_output')?.output
}

function textsIn(output: unknown): string {
  if (typeof output === 'string') return output
  return (output as { text?: string }[]).map(({ text = '' }) => text).join('\n')
}

describe.each(APIS)('over %s', (api) => {
  it.each<[string, object, readonly string[]]>([
    ['structured content alone', { content: [], structuredContent: { id: 7 } }, ['{"id":7}']],
    ['structured content without any content', { structuredContent: { id: 7 } }, ['{"id":7}']],
    [
      'structured content beside a summary',
      { content: [{ type: 'text', text: 'Found 1.' }], structuredContent: { id: 'T-772' } },
      ['Found 1.', '{"id":"T-772"}'],
    ],
    ['structured content that is a list', { content: [], structuredContent: [7] }, ['[7]']],
    [
      'an unknown type beside a text',
      { content: [{ type: 'hologram' }, { type: 'text', text: 'and text' }] },
      ['hologram', 'and text'],
    ],
    ['a part without a type', { content: [{}, { type: 'text', text: 'x1' }] }, ['unknown', 'x1']],
    ['parts that are null', { content: [null, { type: 'text', text: 'x2' }] }, ['x2']],
    ['content that is a text', { content: 'plain' }, ['plain']],
    ['content that is one part', { content: { type: 'text', text: 'x3' } }, ['x3']],
    ['a text that is a number', { content: [{ type: 'text', text: 5 }] }, ['5']],
    [
      'members that are null',
      {
        content: [{ type: 'text', text: 'x4', annotations: null, _meta: null }],
        structuredContent: null,
        isError: null,
        _meta: null,
      },
      ['x4'],
    ],
    [
      'an annotation of no known kind',
      { content: [{ type: 'text', text: 'x5', annotations: { audience: ['robot'] } }] },
      ['x5'],
    ],
    ['nothing at all', { content: [] }, ['without any content']],
    ['an empty text', { content: [{ type: 'text', text: '' }] }, ['without any content']],
    [
      'an image alone',
      { content: [{ type: 'image', data: PNG, mimeType: 'image/png' }] },
      ['An image (image/png)'],
    ],
    [
      'an image of a type that no provider takes',
      { content: [{ type: 'image', data: 'AAAA', mimeType: 'image/tiff' }] },
      ['image/tiff', 'cannot be shown'],
    ],
    [
      'an image that is no base64',
      {
        content: [
          { type: 'image', data: '%', mimeType: 'image/png' },
          { type: 'text', text: 'x6' },
        ],
      },
      ['image', 'x6'],
    ],
    [
      'a recording',
      { content: [{ type: 'audio', data: 'AAAA', mimeType: 'audio/wav' }] },
      ['audio/wav'],
    ],
    [
      'a link without a name',
      { content: [{ type: 'resource_link', uri: 'file:///a.txt', mimeType: null }] },
      ['file:///a.txt'],
    ],
    [
      'an embedded text',
      { content: [{ type: 'resource', resource: { uri: 'file:///b.txt', text: 'inside' } }] },
      ['file:///b.txt', 'inside'],
    ],
    [
      'an embedded file',
      {
        content: [
          {
            type: 'resource',
            resource: { uri: 'file:///c.pdf', mimeType: 'application/pdf', blob: 'AAAA' },
          },
        ],
      },
      ['file:///c.pdf', 'application/pdf'],
    ],
  ])('%s reaches the model', async (_what, result, words) => {
    const { told, outcome } = await toldAbout(api, result)
    for (const word of words) expect(told).toContain(word)
    expect(told).not.toMatch(/not known whether|omitted/)
    expect(outcome).toBe('done')
  })

  it('a result that breaks the schema its tool announced is passed on, with a remark', async () => {
    const schema = { type: 'object', required: ['id'], properties: { id: { type: 'string' } } }
    const tool = { ...TOOL, outputSchema: schema }
    const broken = await toldAbout(api, { content: [], structuredContent: { id: 7 } }, tool)
    expect(broken.told).toContain('{"id":7}')
    expect(broken.told).toContain('another form')
    const missing = await toldAbout(api, { content: [{ type: 'text', text: 'only text' }] }, tool)
    expect(missing.told).toContain('only text')
    expect(missing.told).toContain('another form')
    const kept = await toldAbout(api, { content: [], structuredContent: { id: 'a' } }, tool)
    expect(kept.told).toBe('{"id":"a"}')
    expect([broken, missing, kept].map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done'])
  })

  it('a tool whose result schema cannot be compiled is called all the same', async () => {
    const tool = { ...TOOL, outputSchema: { type: 'object', $ref: '#/nowhere' } }
    const { told } = await toldAbout(api, { content: [], structuredContent: { id: 7 } }, tool)
    expect(told).toBe('{"id":7}')
  })

  it('structured content that its text repeats is told once', async () => {
    const content = [{ type: 'text', text: '{ "id": 7 }' }]
    const { told } = await toldAbout(api, { content, structuredContent: { id: 7 } })
    expect(told).toBe('{ "id": 7 }')
  })

  it('a failure that the server reports stays a failure', async () => {
    const content = [{ type: 'text', text: 'No such task.' }, { type: 'hologram' }]
    const { told, outcome } = await toldAbout(api, { content, isError: true })
    expect(told).toContain('No such task.')
    expect(outcome).toBe('failed')
  })
})

it('over the Responses API the model can look at an image', async () => {
  const content = [{ type: 'image', data: PNG, mimeType: 'image/png' }]
  const { output } = await toldAbout('responses', { content })
  expect(output).toContainEqual(
    expect.objectContaining({ type: 'input_image', image_url: `data:image/png;base64,${PNG}` }),
  )
})
