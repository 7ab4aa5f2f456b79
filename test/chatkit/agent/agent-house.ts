// An agent in a chat for tests: the real framework, a real MCP server over HTTP, and a model with a
// script. It holds no test.

import { ScriptedModel, type ScriptedModelInput } from '@openai/agents/testing'
import { type RunAgentOptions, runAgent } from 'onbehalf/openai-agents'
import {
  type AgentChatOptions,
  agentChat,
  type ChatkitServerOptions,
  memoryThreadStore,
} from '../../../src/chatkit/index.ts'
import { principalKey } from '../../../src/core/principal.ts'
import { type Loopback, loopback } from '../../mcp/loopback.ts'
import { type TaskServer, taskServer } from '../../openai-agents/task-server.ts'
import { type Loose, message, type TestCaller, type TestChat, testChat } from '../support.ts'

/** A credential that must be nowhere but in requests to the server. */
export const CANARY = 'canary-credential'

export interface AgentHouse extends AsyncDisposable {
  readonly tasks: TaskServer
  readonly url: string
  /** The owner's key in the store. */
  owner(subject: string): string
  readonly store: ReturnType<typeof memoryThreadStore>
  /** The chat endpoint in a process of its own: nothing but the store is shared. */
  process(script: readonly ScriptedModelInput[], more?: HouseOptions): HouseProcess
}

export interface HouseProcess extends TestChat {
  readonly model: ScriptedModel
  say(who: string, text: string, threadId?: string): Promise<Turn>
  /** Presses a button of a card. */
  press(
    who: string,
    threadId: string,
    card: Loose,
    button: 'confirm' | 'cancel',
    change?: object,
  ): Promise<Loose[]>
}

export interface Turn {
  readonly threadId: string
  readonly events: Loose[]
  /** The widget of the turn, if there is one. */
  readonly card: Loose
}

export interface HouseOptions {
  readonly agent?: Partial<AgentChatOptions<TestCaller>>
  readonly run?: Partial<RunAgentOptions>
  readonly server?: Partial<ChatkitServerOptions<TestCaller>>
}

export async function agentHouse(): Promise<AgentHouse> {
  const tasks = taskServer({ tasks: [{ title: 'One' }, { title: 'Two' }, { title: 'Three' }] })
  const socket = await serve(tasks)
  const store = memoryThreadStore()
  return {
    tasks,
    url: socket.url,
    store,
    owner: (subject) => principalKey({ issuer: 'https://a.example', subject }),
    process(script, { agent, run, server } = {}) {
      const model = new ScriptedModel([...script])
      const chat = agentChat<TestCaller>({
        run: (request, { caller }) =>
          runAgent({
            ...request,
            caller: { principal: caller.principal, fetch: () => carrying },
            servers: [{ name: 'taskflow', url: socket.url, scopes: ['tasks:write'] }],
            model,
            instructions: 'Help.',
            ...run,
          }),
        ...agent,
      })
      const test = testChat(chat.respond, {
        action: chat.action,
        syncAction: chat.syncAction,
        store,
        ...server,
      })
      return {
        ...test,
        model,
        async say(who, text, threadId) {
          const input = message(text)
          const events = threadId
            ? await test.stream(who, 'threads.add_user_message', { thread_id: threadId, input })
            : await test.stream(who, 'threads.create', { input })
          return { threadId: threadId ?? events[0].thread.id, events, card: cardIn(events) }
        },
        press: (who, threadId, card, button, change = {}) =>
          test.stream(who, 'threads.custom_action', {
            thread_id: threadId,
            item_id: card.id,
            action: card.widget[button].action,
            ...change,
          }),
      }
    },
    [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose](),
  }
}

export function cardIn(events: readonly Loose[]): Loose {
  return events.find(({ type, item }) => type === 'thread.item.done' && item.type === 'widget')
    ?.item
}

/** The texts of messages that were completed. */
export function textsIn(events: readonly Loose[]): string[] {
  return events.flatMap(({ type, item }) =>
    type === 'thread.item.done' && item.type === 'assistant_message' ? [item.content[0].text] : [],
  )
}

/** All words of a widget. */
export function wordsOf(value: Loose): string {
  if (Array.isArray(value))
    return value
      .map(wordsOf)
      .filter((part) => part !== '')
      .join('\n')
  if (typeof value !== 'object' || value === null) return ''
  return [typeof value.value === 'string' ? value.value : '', ...Object.values(value).map(wordsOf)]
    .filter((part) => part !== '')
    .join('\n')
}

/** The calls that reached the server. */
export function callsAt({ received }: TaskServer): string[] {
  return received.flatMap(({ tool }) => (tool ? [tool] : []))
}

const carrying: typeof globalThis.fetch = (input, init) => {
  const headers = new Headers(init?.headers)
  headers.set('authorization', `Bearer ${CANARY}`)
  return fetch(input, { ...init, headers })
}

function serve(tasks: TaskServer): Promise<Loopback> {
  return loopback((received, response) => {
    const { method, raw, body } = received
    const headers = new Headers(
      raw
        .filter(([name]) => name !== 'content-length' && name !== 'connection')
        .map(([a, b]) => [a, b]),
    )
    const request = new Request(`http://tasks.test${received.url}`, {
      method,
      headers,
      ...(body ? { body } : {}),
    })
    void tasks.fetch(request).then(async (answer) => {
      response.writeHead(answer.status, Object.fromEntries(answer.headers))
      response.end(await answer.text())
    })
  })
}
