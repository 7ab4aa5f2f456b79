// An MCP server of the official SDK (v1) that does all that the protocol has: it asks, reports, links,
// subscribes and keeps tasks. It keeps sessions. No test lives here.

import {
  InMemoryTaskMessageQueue,
  InMemoryTaskStore,
} from '@modelcontextprotocol/sdk/experimental/tasks'
import { completable } from '@modelcontextprotocol/sdk/server/completable.js'
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import {
  ElicitResultSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'

/** The server, and what happened in it. */
export interface FullServer {
  readonly fetch: (request: Request) => Promise<Response>
  /** Calls that were cancelled while they ran. */
  readonly cancelled: string[]
  /** What clients were told that they can be asked for. */
  readonly capabilities: object[]
  /** Calls that wait until they are cancelled. */
  waiting(): number
}

const said = (text: string) => ({ content: [{ type: 'text' as const, text }] })

/** Makes one. Its `label` is in all that it says. */
export function fullServer(label: string): FullServer {
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>()
  const cancelled: string[] = []
  const capabilities: object[] = []
  let waiting = 0

  function serverForSession(): McpServer {
    const server = new McpServer(
      { name: label, version: '1.0.0' },
      {
        capabilities: {
          logging: {},
          resources: { subscribe: true, listChanged: true },
          tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
        },
        taskStore: new InMemoryTaskStore(),
        taskMessageQueue: new InMemoryTaskMessageQueue(),
      },
    )
    addResources(server, label)
    addQuestions(server, label)
    server.server.oninitialized = () =>
      void capabilities.push(server.server.getClientCapabilities() ?? {})
    server.registerTool('wait', {}, async ({ signal }) => {
      waiting += 1
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      cancelled.push(label)
      return said('cancelled')
    })
    server.registerTool('steps', {}, async ({ sendNotification, _meta }) => {
      const { progressToken } = _meta ?? {}
      for (const progress of progressToken === undefined ? [] : [1, 2, 3])
        await sendNotification({
          method: 'notifications/progress',
          params: { progressToken: progressToken ?? 0, progress, total: 3 },
        })
      return said(`${label} is done`)
    })
    server.registerTool('log', {}, async ({ sessionId }) => {
      await server.sendLoggingMessage({ level: 'error', data: `${label} failed` }, sessionId)
      await server.sendLoggingMessage({ level: 'debug', data: `${label} detail` }, sessionId)
      return said('logged')
    })
    server.registerTool('grow', {}, async () => {
      server.registerTool('grown', {}, async () => said('grown'))
      return said('has grown')
    })
    server.experimental.tasks.registerToolTask(
      'later',
      { execution: { taskSupport: 'optional' } },
      {
        async createTask({ taskStore, taskRequestedTtl }) {
          const task = await taskStore.createTask({ ttl: taskRequestedTtl ?? 60_000 })
          await taskStore.storeTaskResult(task.taskId, 'completed', said(`${label} later`))
          return { task }
        },
        getTask: async ({ taskStore, taskId }) => taskStore.getTask(taskId),
        getTaskResult: async ({ taskStore, taskId }) => {
          const result = await taskStore.getTaskResult(taskId)
          return { ...result, content: said(`${label} later`).content }
        },
      },
    )
    return server
  }

  return {
    cancelled,
    capabilities,
    waiting: () => waiting,
    async fetch(request) {
      const id = request.headers.get('mcp-session-id')
      const known = id === null ? undefined : sessions.get(id)
      if (known) return known.handleRequest(request)
      if (id !== null) return new Response(null, { status: 404 })
      const transport = new WebStandardStreamableHTTPServerTransport({
        sessionIdGenerator: () => crypto.randomUUID(),
        onsessioninitialized: (given) => void sessions.set(given, transport),
      })
      await serverForSession().connect(transport)
      return transport.handleRequest(request)
    },
  }
}

/** Resources, a template, a prompt, and completions for both. */
function addResources(server: McpServer, label: string): void {
  server.registerResource('first', 'note://first', {}, async () => ({
    contents: [{ uri: 'note://first', text: `${label} first` }],
  }))
  server.registerResource(
    'notes',
    new ResourceTemplate('note://{name}', {
      list: undefined,
      complete: { name: (value) => [`${value}-${label}`] },
    }),
    {},
    async (uri) => ({ contents: [{ uri: uri.href, text: `${label} ${uri.hostname}` }] }),
  )
  server.registerPrompt(
    'sum',
    { argsSchema: { style: completable(z.string(), (value) => [`${value}-${label}-style`]) } },
    async ({ style }) => ({
      messages: [{ role: 'user', content: { type: 'text', text: `${label} ${style}` } }],
    }),
  )
  server.registerTool('link', {}, async () => ({
    content: [
      { type: 'resource_link', uri: 'note://first', name: 'first' },
      { type: 'resource', resource: { uri: 'note://second', text: 'second' } },
    ],
  }))
  const subscribed = new Set<string>()
  server.server.setRequestHandler(SubscribeRequestSchema, async ({ params }) => {
    subscribed.add(params.uri)
    return {}
  })
  server.server.setRequestHandler(UnsubscribeRequestSchema, async ({ params }) => {
    subscribed.delete(params.uri)
    return {}
  })
  server.registerTool('touch', {}, async () => {
    for (const uri of subscribed) await server.server.sendResourceUpdated({ uri })
    return said(`${subscribed.size} told`)
  })
}

/** Tools that ask the client for something. */
function addQuestions(server: McpServer, label: string): void {
  server.registerTool('ask', {}, async ({ sendRequest }) => {
    const { action, content } = await sendRequest(
      {
        method: 'elicitation/create',
        params: {
          message: `${label} asks`,
          requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
        },
      },
      ElicitResultSchema,
    )
    return said(`${label}: ${action} ${String(content?.name)}`)
  })
  server.registerTool('ask_url', {}, async ({ sendRequest }) => {
    const { action } = await sendRequest(
      {
        method: 'elicitation/create',
        params: {
          mode: 'url',
          message: `${label} asks`,
          url: `https://${label.toLowerCase()}.example/connect`,
          elicitationId: `${label}-1`,
        },
      },
      ElicitResultSchema,
    )
    return said(`${label}: ${action}`)
  })
  server.registerTool('sample', {}, async () => {
    const { content } = await server.server.createMessage({
      messages: [{ role: 'user', content: { type: 'text', text: label } }],
      maxTokens: 5,
    })
    return said(JSON.stringify(content))
  })
  server.registerTool('roots', {}, async () =>
    said(JSON.stringify((await server.server.listRoots()).roots)),
  )
}
