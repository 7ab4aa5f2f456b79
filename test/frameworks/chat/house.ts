// A chat whose agent is of any framework: onbehalf's own door, carrier and ChatKit server, and a real
// MCP server without a socket. It holds no test.

import {
  type AgentChatOptions,
  agentChat,
  chatkitServer,
  memoryThreadStore,
} from 'onbehalf/chatkit'
import {
  type Caller,
  Credential,
  createOnBehalf,
  type OnBehalf,
  principalKey,
} from '../../../src/index.ts'
import { cardIn } from '../../chatkit/agent/agent-house.ts'
import { type Loose, message, parseEvents, request } from '../../chatkit/support.ts'
import { type TaskServer, taskServer } from '../../openai-agents/task-server.ts'

export const CHAT = 'https://app.example/chat'
const ISSUER = 'https://login.example'
const SCOPES = ['tasks:read', 'tasks:write']
const URL_OF_TASKS = 'https://tasks.example/mcp'

/** What people's tokens are: they must be nowhere but on the wire. */
export const secretOf = (who: string) => `secret-of-${who}-0123456789`

/** How an agent of a framework answers: the option of `agentChat`. */
export type Run = AgentChatOptions<Caller>['run']

/** A turn of a conversation. */
export interface Turn {
  readonly threadId: string
  readonly events: Loose[]
  readonly card: Loose
}

/** The chat, and what reached the server. */
export interface ChatHouse {
  readonly tasks: TaskServer
  readonly errors: unknown[]
  /** The ChatKit endpoint. */
  fetch(request: Request): Promise<Response>
  /** Calls that reached the server, with whose credential. */
  calls(): string[]
  say(who: string, text: string, threadId?: string): Promise<Turn>
  press(
    who: string,
    turn: Pick<Turn, 'threadId' | 'card'>,
    button: 'confirm' | 'cancel',
    action?: object,
  ): Promise<Loose[]>
  send(who: string, type: string, params: object): Promise<Response>
  /** Every item of a thread, hidden ones included, as text. */
  stored(who: string, threadId: string): Promise<string>
}

/** Opens the house. */
export function chatHouse(run: Run, agent: Partial<AgentChatOptions<Caller>> = {}): ChatHouse {
  const tasks = taskServer({ tasks: [{ title: 'One' }, { title: 'Two' }] })
  const errors: unknown[] = []
  const store = memoryThreadStore()
  const onbehalf = appOf(tasks)
  const chat = agentChat<Caller>({ run, ...agent })
  const server = chatkitServer<Caller>({
    admit: onbehalf.admit,
    store,
    onError: (error) => errors.push(error),
    rateLimit: 'none',
    ...chat,
  })
  const send = (who: string, type: string, params: object) =>
    server.fetch(
      request(
        undefined,
        { type, params },
        {
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${secretOf(who)}`,
          },
        },
      ),
    )
  const stream = async (who: string, type: string, params: object) => {
    const response = await send(who, type, params)
    const text = await response.text()
    if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
      throw new Error(`no stream: ${response.status} ${text}`)
    return parseEvents(text)
  }
  return {
    tasks,
    errors,
    fetch: server.fetch,
    send,
    calls: () =>
      tasks.received.flatMap(({ tool, authorization }) =>
        tool ? [`${tool} by ${/secret-of-(\w+)-/.exec(authorization ?? '')?.[1]}`] : [],
      ),
    async say(who, text, threadId) {
      const input = message(text)
      const events = threadId
        ? await stream(who, 'threads.add_user_message', { thread_id: threadId, input })
        : await stream(who, 'threads.create', { input })
      return { threadId: threadId ?? events[0].thread.id, events, card: cardIn(events) }
    },
    press: (who, { threadId, card }, button, action = {}) =>
      stream(who, 'threads.custom_action', {
        thread_id: threadId,
        item_id: card.id,
        action: { ...card.widget[button].action, ...action },
      }),
    async stored(who, threadId) {
      const owner = principalKey({ issuer: ISSUER, subject: who })
      const query = { limit: 1000, order: 'asc', hidden: true } as const
      return JSON.stringify(await store.items(owner, threadId, query))
    },
  }
}

/** The app, whose people act on these tasks. */
export function appOf(tasks: TaskServer): OnBehalf {
  const expiresAt = () => Date.now() / 1000 + 300
  const ownerOf = (credential: Credential) =>
    /secret-of-(\w+)-/.exec(credential.reveal())?.[1] ?? 'nobody'
  return createOnBehalf({
    resource: CHAT,
    authorizationServers: [ISSUER],
    servers: {
      Tasks: {
        url: URL_OF_TASKS,
        source: { type: 'exchange', scopes: SCOPES },
        toolScopes: { taskflow_delete_task: ['tasks:write'] },
      },
    },
    audit: { record: () => {} },
    verifier: {
      async verify(credential) {
        const principal = { issuer: ISSUER, subject: ownerOf(credential) }
        const value = {
          principal,
          audience: [CHAT],
          scopes: SCOPES,
          expiresAt: expiresAt(),
          claims: {},
        }
        return { ok: true, value }
      },
    },
    exchanger: {
      issuer: ISSUER,
      async exchange(subject, { scopes }) {
        const credential = new Credential(`exchanged-${secretOf(ownerOf(subject))}`)
        return { ok: true, value: { credential, expiresAt: expiresAt(), scopes } }
      },
    },
    fetch: tasks.asFetch,
  })
}
