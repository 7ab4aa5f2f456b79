// What the model of the next turn is given of the tools of the turns before, over both of OpenAI's
// APIs and in every store.

import { describe, expect, it } from 'vitest'
import {
  APIS,
  type Api,
  type ModelServer,
  modelServer,
  type Said,
} from '../../openai-agents/model-server.ts'
import { rawServer } from '../../openai-agents/raw-server.ts'
import { describeStores, type Stores } from '../stores.ts'
import { eventReader, type Loose, message } from '../support.ts'
import { type ModelHouseOptions, modelHouse, toldIn } from './model-house.ts'

const TOOL = { name: 'find', inputSchema: { type: 'object', properties: { q: {} } } }
const HELD = {
  name: 'drop',
  inputSchema: { type: 'object', properties: {} },
  annotations: { destructiveHint: true },
}
const PAGE = { name: 'place', description: 'Looks.', parameters: { type: 'object' } }

const finding = (q = 'x', id = 'c1', more: Said = {}): Said => ({
  calls: [{ id, name: 'find', arguments: JSON.stringify({ q }) }],
  ...more,
})
const found = (text: string) => ({ content: [{ type: 'text', text }] })

interface Parts extends Partial<ModelHouseOptions> {
  readonly stores?: Stores
  readonly answer?: (name: string) => object | Promise<object>
}

/** An instance with a provider of its own. */
async function instance(
  api: Api,
  script: Parameters<typeof modelServer>[1],
  { stores, answer = () => found('The ticket is T-772.'), server, ...more }: Parts = {},
) {
  const provider = await modelServer(api, script)
  const tools = rawServer([TOOL, HELD], answer)
  const chat = modelHouse({
    model: provider.model,
    fetch: tools.fetch,
    server: { ...stores, ...server },
    agent: {},
    ...more,
  })
  return { chat, provider, tools }
}

const last = ({ requests }: ModelServer) => toldIn(requests.at(-1))

describeStores('the second turn', (open) => {
  it.each(APIS)(
    'has the calls and results of the first, on another instance, over %s',
    async (api) => {
      const [one, two] = await open(2)
      const first = await instance(api, [finding(), { text: 'Found it.' }], { stores: one })
      const { threadId } = await first.chat.say('Find it.')
      const second = await instance(api, [{ text: 'It is T-772.' }], { stores: two ?? one })
      await second.chat.say('Which one?', threadId)
      expect(last(second.provider)).toEqual([
        ['user', 'Find it.'],
        ['call', 'c1', 'find', '{"q":"x"}'],
        ['result', 'c1', 'The ticket is T-772.'],
        ['assistant', 'Found it.'],
        ['user', 'Which one?'],
      ])
      expect(second.tools.calls).toEqual([])
    },
  )

  it('a client sees nothing of what is kept, and somebody else finds nothing', async () => {
    const [stores] = await open()
    const { chat } = await instance('chat', [finding('canary'), { text: 'Found it.' }], { stores })
    const { threadId, events } = await chat.say('Find it.')
    const items = await chat.json('alice', 'items.list', { thread_id: threadId, limit: 100 })
    const thread = await chat.json('alice', 'threads.get_by_id', { thread_id: threadId })
    expect(JSON.stringify([events, items, thread])).not.toMatch(/T-772|canary|onbehalf\.calls/)
    const foreign = await chat.send('bob', 'items.list', { thread_id: threadId, limit: 100 })
    expect(foreign.status).toBe(404)
  })

  it('what came after a message is dropped when it is answered again', async () => {
    const [stores] = await open()
    const script = [finding('old', 'c1'), { text: 'Old.' }, finding('new', 'c2'), { text: 'New.' }]
    const { chat, provider } = await instance('responses', [...script, { text: 'Third.' }], {
      stores,
    })
    const { threadId, events } = await chat.say('Find it.')
    const asked = events.find(({ item }) => item?.type === 'user_message').item
    await chat.stream('alice', 'threads.retry_after_item', {
      thread_id: threadId,
      item_id: asked.id,
    })
    await chat.say('And?', threadId)
    expect(last(provider).map(([what, word]) => [what, word])).toEqual([
      ['user', 'Find it.'],
      ['call', 'c2'],
      ['result', 'c2'],
      ['assistant', 'New.'],
      ['user', 'And?'],
    ])
  })

  it('a call that a Stop cut off says that no result came back', async () => {
    const [stores] = await open()
    let called = () => {}
    const isCalled = new Promise<void>((resolve) => {
      called = resolve
    })
    const never = (name: string) => {
      called()
      return new Promise<object>(() => undefined).then(() => found(name))
    }
    const stopped = await instance('chat', [finding()], { stores, answer: never })
    const response = await stopped.chat.send('alice', 'threads.create', { input: message('Find.') })
    const reader = eventReader(response)
    const { thread } = await reader.until('thread.created')
    await reader.until('workflow.task.added')
    await isCalled
    await reader.stop()
    const next = await instance('chat', [{ text: 'Yes.' }], { stores })
    await next.chat.say('Go on.', thread.id)
    const told = last(next.provider)
    expect(told.slice(0, 3)).toEqual([
      ['user', 'Find.'],
      ['call', 'c1', 'find', '{"q":"x"}'],
      ['result', 'c1', expect.stringContaining('not known whether it was done')],
    ])
    expect(JSON.stringify(told)).toContain('The person stopped the answer')
  })
})

describe.each(APIS)('over %s', (api) => {
  it('calls that ran side by side, with text between, stay in their order', async () => {
    const both = {
      calls: [...(finding('a', 'c1').calls ?? []), ...(finding('b', 'c2').calls ?? [])],
    }
    const { chat, provider } = await instance(api, [
      { ...both },
      { text: 'First. ', ...finding('c', 'c3') },
      { text: 'Done.' },
      { text: 'Yes.' },
    ])
    const { threadId } = await chat.say('Find all.')
    await chat.say('Sure?', threadId)
    const told = last(provider)
    expect(told.filter(([what]) => what !== 'result').map(([what, word]) => [what, word])).toEqual([
      ['user', 'Find all.'],
      ['call', 'c1'],
      ['call', 'c2'],
      ['assistant', 'First. '],
      ['call', 'c3'],
      ['assistant', 'Done.'],
      ['user', 'Sure?'],
    ])
    expect(told.filter(([what]) => what === 'result').map(([, id]) => id)).toEqual([
      'c1',
      'c2',
      'c3',
    ])
  })

  it('a provider that counts the calls of each answer anew gets ids that differ', async () => {
    const { chat, provider } = await instance(api, [
      finding('a', 'call_0'),
      { text: 'One.' },
      finding('b', 'call_0'),
      { text: 'Two.' },
      { text: 'Three.' },
    ])
    const { threadId } = await chat.say('Find a.')
    await chat.say('Find b.', threadId)
    await chat.say('And?', threadId)
    const ids = last(provider).flatMap(([what, id]) => (what === 'call' ? [id] : []))
    const results = last(provider).flatMap(([what, id]) => (what === 'result' ? [id] : []))
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(2)
    expect(results).toEqual(ids)
  })

  it('reasoning is not repeated in a later turn, and none is left without what follows it', async () => {
    const { chat, provider } = await instance(api, [
      finding('a', 'c1', { reasoning: 'I look.' }),
      { reasoning: 'I say.', text: 'One.' },
      { text: 'Two.' },
    ])
    const { threadId } = await chat.say('Find a.')
    // Within one turn the provider gets its reasoning back.
    expect(toldIn(provider.requests[1]).map(([what]) => what)).toEqual([
      'user',
      'reasoning',
      'call',
      'result',
    ])
    await chat.say('And?', threadId)
    expect(last(provider).map(([what]) => what)).toEqual([
      'user',
      'call',
      'result',
      'assistant',
      'user',
    ])
    expect(JSON.stringify(provider.requests.at(-1)?.body)).not.toMatch(/"fc_|"rs_|sealed/)
  })

  it('a tool of the page goes on with the reasoning before it, and with the calls before it', async () => {
    const script: Said[] = [
      finding('a', 'c1', { reasoning: 'I look.' }),
      { reasoning: 'I ask.', calls: [{ id: 'p1', name: 'place', arguments: '{}' }] },
      { text: 'Here.' },
      { text: 'Later.' },
    ]
    const { chat, provider } = await instance(api, script, { run: { clientTools: [PAGE] } })
    const { threadId } = await chat.say('Where?')
    await chat.stream('alice', 'threads.add_client_tool_output', {
      thread_id: threadId,
      result: { city: 'Ulm' },
    })
    expect(last(provider).map(([what, word]) => [what, what === 'reasoning' ? '' : word])).toEqual([
      ['user', 'Where?'],
      ['reasoning', ''],
      ['call', 'c1'],
      ['result', 'c1'],
      ['reasoning', ''],
      ['call', 'p1'],
      ['result', 'p1'],
    ])
    if (api === 'responses') {
      const { input } = provider.requests.at(-1)?.body ?? {}
      // Each reasoning item is followed by the very call that it led to.
      expect(input.slice(1).map(({ id }: Loose) => id)).toEqual([
        'rs_1',
        'fc_1_0',
        undefined,
        'rs_2',
        'fc_2_0',
        undefined,
      ])
      expect(input[1].encrypted_content).toBe('sealed-1')
    }
    await chat.say('And?', threadId)
    expect(JSON.stringify(provider.requests.at(-1)?.body)).not.toMatch(/"fc_|"rs_|sealed|I look/)
    expect(last(provider).map(([what]) => what)).not.toContain('reasoning')
  })

  it('an approved call is kept, and one that was declined is a note', async () => {
    const dropping = (id: string): Said => ({ calls: [{ id, name: 'drop', arguments: '{}' }] })
    const { chat, provider } = await instance(api, [
      finding('a', 'c1'),
      dropping('d1'),
      { text: 'Dropped.' },
      dropping('d2'),
      { text: 'Left.' },
      { text: 'Yes.' },
    ])
    const decide = async (events: Loose[], threadId: string, button: string) => {
      const card = events.find(({ item }) => item?.type === 'widget').item
      return chat.stream('alice', 'threads.custom_action', {
        thread_id: threadId,
        item_id: card.id,
        action: card.widget[button].action,
      })
    }
    const first = await chat.say('Find and drop.')
    // The run goes on from its own record: nothing is told twice.
    await decide(first.events, first.threadId, 'confirm')
    expect(last(provider).map(([what, id]) => [what, id])).toEqual([
      ['user', 'Find and drop.'],
      ['call', 'c1'],
      ['result', 'c1'],
      ['call', 'd1'],
      ['result', 'd1'],
    ])
    const second = await chat.say('Drop more.', first.threadId)
    await decide(second.events, first.threadId, 'cancel')
    await chat.say('And?', first.threadId)
    const told = last(provider)
    expect(told.flatMap(([what, id]) => (what === 'call' ? [id] : []))).toEqual(['c1', 'd1'])
    expect(told.flatMap(([what, id]) => (what === 'result' ? [id] : []))).toEqual(['c1', 'd1'])
    expect(JSON.stringify(told)).toMatch(/declined/)
  })

  it('long results are cut, and of many calls the newest are told', async () => {
    const rounds = Array.from({ length: 12 }, (_, at) => [
      finding('x', `c${at}`),
      { text: `Answer ${at}.` },
    ]).flat()
    const { chat, provider } = await instance(api, [...rounds, { text: 'End.' }], {
      answer: () => found(`start ${'x'.repeat(50_000)} end`),
    })
    const { threadId } = await chat.say('Find.')
    for (let at = 1; at < 12; at++) await chat.say('Find.', threadId)
    await chat.say('And?', threadId)
    const told = last(provider)
    const results = told.filter(([what]) => what === 'result')
    expect(results.length).toBeGreaterThan(3)
    expect(results.length).toBeLessThan(9)
    expect(results.at(-1)?.[1]).toBe('c11')
    expect(results.map(([, , text]) => text?.length ?? 0).every((length) => length < 8200)).toBe(
      true,
    )
    expect(results.at(-1)?.[2]).toContain('was not kept')
    const calls = told.filter(([what]) => what === 'call').map(([, id]) => id)
    expect(calls).toEqual(results.map(([, id]) => id))
    // Texts stay, also where the calls before them are left out.
    expect(told.filter(([what]) => what === 'assistant')).toHaveLength(12)
  })

  it('what looks like a credential is not kept', async () => {
    const jwt = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl'
    const { chat, provider, tools } = await instance(
      api,
      [finding(`Bearer ${jwt}`), { text: 'Found it.' }, { text: 'Yes.' }],
      { answer: () => found(`token ${jwt} and Bearer abcdefghijklmnop1234 and T-772`) },
    )
    const { threadId } = await chat.say('Find it.')
    expect(tools.calls).toHaveLength(1)
    await chat.say('And?', threadId)
    const told = JSON.stringify(last(provider))
    expect(told).toContain('T-772')
    expect(told).not.toMatch(/eyJ|abcdefghijklmnop/)
    const items = await chat.store.items('["https://a.example",null,"alice"]', threadId, {
      limit: 100,
      order: 'asc',
      hidden: true,
    })
    expect(JSON.stringify(items)).not.toMatch(/eyJ|abcdefghijklmnop/)
  })

  it('with keepCalls: false nothing is kept', async () => {
    const { chat, provider } = await instance(
      api,
      [finding(), { text: 'Found it.' }, { text: 'Yes.' }],
      {
        agent: { keepCalls: false },
      },
    )
    const { threadId } = await chat.say('Find it.')
    await chat.say('And?', threadId)
    expect(last(provider).map(([what]) => what)).toEqual(['user', 'assistant', 'user'])
  })
})
