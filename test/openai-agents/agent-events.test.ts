// What a provider of models streams, and what an app's own agent does, as events. They hold no
// arguments, no results and no foreign text.

import { Agent, handoff, Runner, type RunStreamEvent, tool } from '@openai/agents'
import {
  assistantMessage,
  functionCall,
  modelError,
  modelStream,
  ScriptedModel,
} from '@openai/agents/testing'
import { type AgentEvent, agentEvents, type StreamedRun } from 'onbehalf/openai-agents'
import { describe, expect, it } from 'vitest'
import { eventsOf } from './talk.ts'

type StreamEvents = Parameters<typeof modelStream>[0]
type ModelEvent = StreamEvents extends Iterable<infer E> | ((...args: never) => unknown) ? E : never

const usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 }

/** An event of the provider's own, as the framework passes it on. */
const raw = (event: object): ModelEvent => ({ type: 'model', event }) as ModelEvent
const said = (delta: string): ModelEvent => ({ type: 'output_text_delta', delta }) as ModelEvent
const responded = (output: readonly object[]): ModelEvent =>
  ({ type: 'response_done', response: { id: 'r', usage, output } }) as ModelEvent

async function streamed(events: readonly ModelEvent[]): Promise<readonly AgentEvent[]> {
  const model = new ScriptedModel([
    modelStream([{ type: 'response_started' }, ...events] as StreamEvents),
  ])
  return eventsOf(agentEvents(await runOf(new Agent({ name: 'own', model }))))
}

async function runOf(agent: Agent, options: { maxTurns?: number } = {}): Promise<StreamedRun> {
  return new Runner({ tracingDisabled: true }).run(agent, 'Hi', { stream: true, ...options })
}

const message = (text: string, annotations: readonly object[] = [], id = 'm1') => ({
  type: 'message',
  id,
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, providerData: { annotations } }],
})

describe('what a provider streams', () => {
  it('citations have their position, and those that name neither page nor file are left out', async () => {
    const annotations = [
      {
        type: 'url_citation',
        url: 'https://a.example/x',
        title: 'A',
        start_index: 1,
        end_index: 4,
      },
      { type: 'url_citation', url: 'javascript:alert(1)', title: 'B', end_index: 4 },
      { type: 'file_citation', file_id: 'f', filename: 'a.pdf', index: 2 },
      { type: 'container_file_citation', container_id: 'c', filename: 'b.csv', end_index: 3 },
      { type: 'file_citation', file_id: 'f', index: 2 },
      { type: 'file_path', file_id: 'f' },
    ]
    const citations = [
      { type: 'url', url: 'https://a.example/x', title: 'A', index: 4 },
      { type: 'file', filename: 'a.pdf', index: 2 },
      { type: 'file', filename: 'b.csv', index: 3 },
    ]
    const events = await streamed([
      said('Tea.'),
      ...annotations.map((annotation) =>
        raw({ type: 'response.output_text.annotation.added', annotation }),
      ),
      responded([message('Tea.', annotations)]),
    ])
    expect(events).toEqual([
      { type: 'text_delta', delta: 'Tea.' },
      ...citations.map((citation) => ({ type: 'citation', citation })),
      { type: 'text_done', text: 'Tea.', citations },
    ])
  })

  it('two messages of one response stay two messages if the provider says where one ends', async () => {
    const part = (text: string) => ({ type: 'output_text', text, annotations: [] })
    const events = await streamed([
      said('One.'),
      raw({
        type: 'response.output_item.done',
        item: { type: 'message', id: 'm1', content: [part('One.')] },
      }),
      said('Two.'),
      raw({
        type: 'response.output_item.done',
        item: { type: 'message', id: 'm2', content: [part('Two.')] },
      }),
      responded([message('One.'), message('Two.', [], 'm2')]),
    ])
    expect(events.filter(({ type }) => type === 'text_done')).toEqual([
      { type: 'text_done', text: 'One.' },
      { type: 'text_done', text: 'Two.' },
    ])
  })

  it('a refusal of the model is shown as text', async () => {
    const refused = {
      type: 'message',
      id: 'm',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'refusal', refusal: 'No.' }],
    }
    expect(await streamed([responded([refused])])).toEqual([
      { type: 'text_delta', delta: 'No.' },
      { type: 'text_done', text: 'No.' },
    ])
  })

  it('summaries of the reasoning arrive while they are written', async () => {
    const item = { type: 'reasoning', id: 'rs', summary: [] }
    const events = await streamed([
      raw({ type: 'response.output_item.added', item }),
      raw({ type: 'response.reasoning_summary_text.delta', summary_index: 0, delta: 'Hm' }),
      raw({ type: 'response.reasoning_summary_text.done', summary_index: 0, text: 'Hm.' }),
      responded([
        { type: 'reasoning', id: 'rs', content: [{ type: 'input_text', text: 'Hm.' }] },
        message('Yes.'),
      ]),
    ])
    expect(events.slice(0, 3)).toEqual([
      { type: 'reasoning_started' },
      { type: 'reasoning_delta', index: 0, delta: 'Hm' },
      { type: 'reasoning_done', index: 0, text: 'Hm.' },
    ])
    expect(events).toHaveLength(5)
  })

  it('reasoning that is not streamed comes before its text, and reasoning of Chat Completions comes word by word', async () => {
    const whole = await streamed([
      responded([
        { type: 'reasoning', content: [{ type: 'input_text', text: 'Hm.' }] },
        message('Yes.'),
      ]),
    ])
    expect(whole.map(({ type }) => type)).toEqual([
      'reasoning_started',
      'reasoning_done',
      'text_delta',
      'text_done',
    ])
    const chunks = ['reasoning_content', 'reasoning'].map((name) =>
      raw({ choices: [{ delta: { [name]: 'Hm ' } }] }),
    )
    const words = await streamed([...chunks, said('Yes.'), responded([message('Yes.')])])
    expect(words.filter(({ type }) => type === 'reasoning_delta')).toEqual([
      { type: 'reasoning_delta', index: 0, delta: 'Hm ' },
      { type: 'reasoning_delta', index: 0, delta: 'Hm ' },
    ])
  })

  it('searches have their queries and sources; code has neither', async () => {
    const web = {
      type: 'web_search_call',
      id: 'w',
      status: 'completed',
      action: {
        type: 'search',
        query: 'tea',
        sources: [
          { type: 'url', url: 'https://tea.example/' },
          { type: 'url', url: 'file:///etc' },
        ],
      },
    }
    const files = {
      type: 'file_search_call',
      id: 'f',
      queries: ['tea'],
      results: [{ filename: 'tea.pdf' }, { filename: 'tea.pdf' }],
    }
    const code = {
      type: 'code_interpreter_call',
      id: 'c',
      code: 'canary-code',
      outputs: [{ logs: 'canary-logs' }],
    }
    const events = await streamed([
      ...[web, files, code].flatMap((item) => [
        raw({ type: 'response.output_item.added', item: { type: item.type, id: item.id } }),
        raw({ type: 'response.output_item.done', item }),
      ]),
      responded([
        ...[web, files, code].map(({ type, id, ...rest }) => ({
          type: 'hosted_tool_call',
          id,
          name: type,
          providerData: rest,
        })),
        message('Yes.'),
      ]),
    ])
    expect(events.filter(({ type }) => type.startsWith('hosted'))).toEqual([
      { type: 'hosted_started', callId: 'w', tool: 'web_search' },
      {
        type: 'hosted_done',
        callId: 'w',
        tool: 'web_search',
        queries: ['tea'],
        sources: [{ type: 'url', url: 'https://tea.example/', title: 'tea.example' }],
      },
      { type: 'hosted_started', callId: 'f', tool: 'file_search' },
      {
        type: 'hosted_done',
        callId: 'f',
        tool: 'file_search',
        queries: ['tea'],
        sources: [{ type: 'file', filename: 'tea.pdf' }],
      },
      { type: 'hosted_started', callId: 'c', tool: 'code_interpreter' },
      { type: 'hosted_done', callId: 'c', tool: 'code_interpreter', queries: [], sources: [] },
    ])
    expect(JSON.stringify(events)).not.toContain('canary')
  })

  it('a search that is not streamed is shown when the response is complete', async () => {
    const call = {
      type: 'hosted_tool_call',
      id: 'w',
      name: 'web_search_call',
      status: 'completed',
      providerData: { action: { queries: ['tea'] } },
    }
    const events = await streamed([responded([call, message('Yes.')])])
    expect(events.filter(({ type }) => type.startsWith('hosted')).map(({ type }) => type)).toEqual([
      'hosted_started',
      'hosted_done',
    ])
  })

  it('an image arrives as data URLs, and what is not base64 is left out', async () => {
    const id = 'i'
    const events = await streamed([
      raw({ type: 'response.output_item.added', item: { type: 'image_generation_call', id } }),
      raw({
        type: 'response.image_generation_call.partial_image',
        item_id: id,
        partial_image_b64: 'AAA=',
        output_format: 'webp',
      }),
      raw({
        type: 'response.image_generation_call.partial_image',
        item_id: id,
        partial_image_b64: '"><script>',
      }),
      raw({
        type: 'response.output_item.done',
        item: { type: 'image_generation_call', id, result: 'BBB=' },
      }),
      responded([
        { type: 'hosted_tool_call', id, name: 'image_generation_call', output: 'BBB=' },
        message('There.'),
      ]),
    ])
    expect(events.slice(0, 3)).toEqual([
      { type: 'image_started', callId: id },
      { type: 'image', callId: id, url: 'data:image/webp;base64,AAA=', complete: false },
      { type: 'image', callId: id, url: 'data:image/png;base64,BBB=', complete: true },
    ])
    expect(events.slice(3).map(({ type }) => type)).toEqual(['text_delta', 'text_done'])
  })

  it('unknown and malformed provider events are ignored', async () => {
    const odd = [
      null,
      7,
      [],
      { type: 'response.new.thing' },
      { type: 'response.output_item.added' },
      { choices: 'x' },
      { choices: [null] },
    ]
    const more = [
      'response.output_item.done',
      'response.output_text.annotation.added',
      'response.reasoning_summary_text.delta',
    ]
    const events = await streamed([
      ...odd.map((event) => ({ type: 'model', event }) as ModelEvent),
      ...more.map((type) => raw({ type, item: 'x', annotation: [], delta: 1 })),
      responded([message('Yes.')]),
    ])
    expect(events.map(({ type }) => type)).toEqual(['text_delta', 'text_done'])
  })
})

describe('an agent of the app’s own', () => {
  const own = tool({
    name: 'look_up',
    description: 'Looks up.',
    parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
    strict: false,
    execute: () => 'canary-result',
  })

  it('an agent of the app’s own has events for its tools and handoffs, without arguments or results', async () => {
    const billing = new Agent({
      name: 'Billing',
      model: new ScriptedModel([[assistantMessage('Here.')]]),
    })
    const model = new ScriptedModel([
      [functionCall('look_up', { who: 'canary-argument' }, { callId: 'a' })],
      [functionCall('transfer_to_Billing', {}, { callId: 'b' })],
    ])
    const agent = new Agent({ name: 'own', model, tools: [own], handoffs: [handoff(billing)] })
    const events = await eventsOf(
      agentEvents(await runOf(agent), new Map([['look_up', 'library']])),
    )
    expect(events).toEqual([
      { type: 'tool_started', callId: 'a', name: 'look_up', server: 'library' },
      { type: 'tool_done', callId: 'a', name: 'look_up', outcome: 'failed' },
      { type: 'handoff', to: 'Billing' },
      { type: 'text_delta', delta: 'Here.' },
      { type: 'text_done', text: 'Here.' },
    ])
    const again = new Agent({
      name: 'own',
      model: new ScriptedModel([
        [functionCall('look_up', {}, { callId: 'a' })],
        [assistantMessage('x')],
      ]),
      tools: [own],
    })
    expect(await eventsOf(agentEvents(await runOf(again)))).toContainEqual({
      type: 'tool_done',
      callId: 'a',
      name: 'look_up',
      outcome: 'done',
    })
  })

  it('an agent of the app’s own is withdrawn when its guardrail trips', async () => {
    const agent = new Agent({
      name: 'own',
      model: new ScriptedModel([[assistantMessage('Secret.')]]),
      outputGuardrails: [
        { name: 'none', execute: async () => ({ tripwireTriggered: true, outputInfo: 'canary' }) },
      ],
    })
    const events = await eventsOf(agentEvents(await runOf(agent)))
    expect(events.at(-1)).toEqual({ type: 'withdrawn' })
    expect(JSON.stringify(events)).not.toContain('canary')
  })

  it('an agent of the app’s own says that it took too many steps; a model that fails is unavailable, without foreign text', async () => {
    const loops = new ScriptedModel(
      Array.from({ length: 3 }, (_, at) => [functionCall('look_up', {}, { callId: `c${at}` })]),
    )
    const events = await eventsOf(
      agentEvents(
        await runOf(new Agent({ name: 'own', model: loops, tools: [own] }), { maxTurns: 2 }),
      ),
    )
    expect(events.at(-1)).toEqual({
      type: 'text_done',
      text: 'I stopped after too many steps without coming to an end.',
    })
    const failing = new Agent({
      name: 'own',
      model: new ScriptedModel([modelError(new Error('sk-canary'))]),
    })
    const error = await eventsOf(agentEvents(await runOf(failing))).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ code: 'server_unavailable' })
    expect(`${(error as Error).stack} ${(error as Error).cause}`).not.toContain('canary')
  })

  it('an agent of the app’s own can be given as events without a result object', async () => {
    async function* nothing(): AsyncGenerator<RunStreamEvent> {}
    expect(await eventsOf(agentEvents(nothing()))).toEqual([])
  })
})
