// A conversation from its first word on, over both of OpenAI's APIs and on two instances: a tool that
// takes its time and reports progress, a Stop in the middle, an instance and an MCP server that end
// in the middle, and a turn that names what the first one found.

import { expect, it } from 'vitest'
import {
  APIS,
  type ModelRequestBody,
  modelServer,
  type Said,
} from '../../openai-agents/model-server.ts'
import { rawServer, withProgress } from '../../openai-agents/raw-server.ts'
import { describeStores } from '../stores.ts'
import { eventReader, type Loose, message } from '../support.ts'
import { modelHouse, type Told, toldIn } from './model-house.ts'

const TOOLS = ['find', 'drop'].map((name) => ({
  name,
  inputSchema: { type: 'object', properties: { id: {}, q: {} } },
}))

/** Waits until the test lets it go, and says when somebody waits. */
function gate() {
  let open = () => {}
  let reach = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const reached = new Promise<void>((resolve) => {
    reach = resolve
  })
  return {
    pass: () => {
      reach()
      return opened
    },
    reached,
    open: () => open(),
  }
}

/**
 * A model that does what the person says: it looks for the id of what they name in what it was told.
 */
function modelThatReads(request: ModelRequestBody): Said {
  const told = toldIn(request)
  const [what, ...words] = told.at(-1) ?? ['user']
  const said =
    told.findLast(([who, text]) => who === 'user' && !text?.startsWith('[Note'))?.[1] ?? ''
  const before = told.findLastIndex(([who]) => who === 'user')
  const results = told.slice(before).flatMap(resultIn)
  const isEnough = results.length >= (said.startsWith('Find twice') ? 2 : 1)
  if (what === 'result' && isEnough) return { text: `The tool said: ${words[1]}` }
  const args = said.startsWith('Drop')
    ? { id: /T-\d+/.exec(told.flatMap(resultIn).join(' '))?.[0] ?? 'nobody knows' }
    : { q: said }
  const name = said.startsWith('Drop') ? 'drop' : 'find'
  return { calls: [{ id: `call_${told.length}`, name, arguments: JSON.stringify(args) }] }
}

const resultIn = ([what, , text]: Told): string[] =>
  what === 'result' && text !== undefined ? [text] : []

const textsOf = (events: readonly Loose[]): string[] =>
  events.flatMap(({ type, item }) =>
    type === 'thread.item.done' && item.type === 'assistant_message' ? [item.content[0].text] : [],
  )

describeStores('a whole conversation', (open) => {
  it.each(APIS)(
    'goes on after a Stop and a restart, and knows what was found, over %s',
    async (api) => {
      const [one, other] = await open(2)
      const provider = await modelServer(api, modelThatReads)
      let slow: ReturnType<typeof gate> | undefined
      let restart = false
      const server = rawServer(TOOLS, async (name, args, call) => {
        const text = name === 'find' ? 'The ticket is T-772.' : `Dropped ${JSON.stringify(args)}.`
        const result = { content: [{ type: 'text', text }] }
        // Its next request finds a server that knows no session of before.
        if (restart) server.restart()
        restart = false
        if (!slow) return result
        const progress = { progress: 1, total: 2, message: 'Looking in the archive' }
        return withProgress(
          call,
          progress,
          slow.pass().then(() => result),
        )
      })
      const instance = (stores: typeof one) =>
        modelHouse({ model: provider.model, fetch: server.fetch, server: { ...stores } })
      const first = instance(one)

      // A tool that takes its time: its step is shown while it works.
      slow = gate()
      const found = eventReader(
        await first.send('alice', 'threads.create', { input: message('Find the ticket') }),
      )
      const threadId = (await found.until('thread.created')).thread.id
      expect((await found.until('workflow.task.added')).update.task.title).toBe('Find')
      expect((await found.until('progress_update')).text).toBe('Find: Looking in the archive')
      await slow.reached
      slow.open()
      expect((await found.until('workflow.task.updated')).update.task.status_indicator).toBe(
        'complete',
      )
      const said: Loose[] = []
      for (let event = await found.next(); event; event = await found.next()) said.push(event)
      expect(textsOf(said)).toEqual(['The tool said: The ticket is T-772.'])

      // A Stop in the middle of the next call.
      slow = gate()
      const input = message('Find another')
      const asked = { thread_id: threadId, input }
      const stopped = eventReader(await first.send('alice', 'threads.add_user_message', asked))
      await stopped.until('workflow.task.added')
      await slow.reached
      await stopped.stop()
      slow.open()

      // The instance is closed in the middle of the call after that.
      slow = gate()
      const again = { thread_id: threadId, input: message('Find a third') }
      const cut = eventReader(await first.send('alice', 'threads.add_user_message', again))
      await cut.until('workflow.task.added')
      await slow.reached
      await first.server.close()
      expect(await cut.until('error')).toMatchObject({ allow_retry: true })
      slow.open()
      slow = undefined

      // The MCP server is restarted in the middle of an answer, on another instance.
      const second = instance(other ?? one)
      server.restart()
      restart = true
      const twice = await second.say('Find twice', threadId)
      expect(textsOf(twice.events)).toEqual(['The tool said: The ticket is T-772.'])

      // The person names what the first turn found.
      const { events } = await second.say('Drop it', threadId)
      expect(textsOf(events)).toEqual(['The tool said: Dropped {"id":"T-772"}.'])
      expect(server.calls.map(({ name }) => name)).toEqual([
        ...Array.from({ length: 5 }, () => 'find'),
        'drop',
      ])
      const told = toldIn(provider.requests.at(-2))
      expect(told.filter(([what]) => what === 'call')).toHaveLength(5)
      expect(told.flatMap(resultIn)).toEqual([
        'The ticket is T-772.',
        expect.stringContaining('not known whether it was done'),
        expect.stringContaining('not known whether it was done'),
        'The ticket is T-772.',
        'The ticket is T-772.',
      ])
      expect(JSON.stringify(told)).toContain('The person stopped the answer')
      expect(JSON.stringify(told)).toContain('cut off')
      expect([first, second].flatMap(({ errors }) => errors)).toEqual([])
      const [thread] = (await second.json('alice', 'threads.list')).data
      expect(thread.title).toBe('Find the ticket')
    },
  )
})

it.each(APIS)(
  'a provider that fails: the person reads why, the operator has status and code, over %s',
  async (api) => {
    const provider = await modelServer(api, [
      { status: 401, error: { message: 'Incorrect key sk-canary', code: 'invalid_api_key' } },
      {
        status: 429,
        error: { message: 'sk-canary', code: 'rate_limit_exceeded' },
        headers: { 'retry-after': '20', 'x-should-retry': 'false' },
      },
    ])
    const chat = modelHouse({ model: provider.model, fetch: rawServer([], () => ({})).fetch })
    const { threadId, events } = await chat.say('Hello')
    expect(events.at(-1)).toMatchObject({
      type: 'error',
      message: expect.stringContaining('key'),
      allow_retry: false,
    })
    const limited = await chat.say('Hello again', threadId)
    expect(limited.events.at(-1)).toMatchObject({
      message: expect.stringContaining('in 20 seconds'),
      allow_retry: true,
    })
    expect(chat.errors.map(({ error }) => (error as Loose).refusal.model)).toEqual([
      { kind: 'key_refused', status: 401, code: 'invalid_api_key' },
      { kind: 'rate_limited', status: 429, code: 'rate_limit_exceeded', retryAfterSeconds: 20 },
    ])
    expect(JSON.stringify([events, limited.events, chat.errors])).not.toContain('canary')
  },
)
