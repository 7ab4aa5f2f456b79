// The MCP server and the API in process, behind their real doors, called by the MCP SDK's own
// client. Stand-ins: the verifier of the API's tests, which reads "issuer/subject/scopes", and an
// exchanger that gives such a token for the API.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { type AuditEvent, Credential, type TokenExchanger } from 'onbehalf'
import { createTaskflowMcp, type TaskflowMcp } from '../../../../examples/taskflow/mcp/index.ts'
import { RESOURCE as API, readableTokens, type TestApi, testApi } from '../api/harness.ts'

export { ALICE, BOB, OTHER_ALICE } from '../api/harness.ts'

export const MCP = 'http://127.0.0.1:3001/mcp'

/**
 * Stands in for the authorization server: the API's token ends in `exchanged`, so that the two are
 * never the same.
 */
const exchanging: TokenExchanger = {
  issuer: 'http://127.0.0.1:3003',
  async exchange(subjectToken, target) {
    const [issuer, subject, letters] = subjectToken.reveal().split('/')
    const credential = new Credential(`${issuer}/${subject}/${letters}/exchanged`)
    return {
      ok: true,
      value: { credential, expiresAt: Math.floor(Date.now() / 1000) + 300, scopes: target.scopes },
    }
  },
}

/** One request that reached the API, with its headers. */
interface Seen {
  readonly method: string
  readonly url: string
  readonly authorization: string | null
  readonly body: string
}

export interface TestMcp {
  readonly mcp: TaskflowMcp
  readonly tasks: TestApi
  readonly events: AuditEvent[]
  readonly errors: unknown[]
  readonly seen: Seen[]
  /** Answers in place of the API, once it is set. */
  answer: ((request: Request) => Response | Promise<Response>) | undefined
  connect(token: string, revision: Revision): Promise<Client>
  close(): Promise<void>
}

export const REVISIONS = ['2026-07-28', '2025-11-25'] as const
type Revision = (typeof REVISIONS)[number]

export async function testMcp({
  deadline = 10_000,
  exchanger = exchanging,
}: {
  deadline?: number
  exchanger?: TokenExchanger
} = {}): Promise<TestMcp> {
  const tasks = await testApi()
  const events: AuditEvent[] = []
  const errors: unknown[] = []
  const seen: Seen[] = []
  const clients: Client[] = []
  const mcp = createTaskflowMcp({
    resource: MCP,
    authorizationServers: ['http://127.0.0.1:3003'],
    api: API,
    verifier: readableTokens,
    exchanger,
    deadline,
    audit: { record: (event) => void events.push(event) },
    onError: (error) => errors.push(error),
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const body = await request.clone().text()
      seen.push({
        method: request.method,
        url: request.url,
        authorization: request.headers.get('authorization'),
        body,
      })
      return test.answer ? test.answer(request) : tasks.api.fetch(request)
    },
  })
  const test: TestMcp = {
    mcp,
    tasks,
    events,
    errors,
    seen,
    answer: undefined,
    async connect(token, revision) {
      const client = new Client(
        { name: 'test', version: '1.0.0' },
        { versionNegotiation: { mode: revision === '2026-07-28' ? { pin: revision } : 'legacy' } },
      )
      const transport = new StreamableHTTPClientTransport(new URL(MCP), {
        fetch: (url, init) => mcp.fetch(new Request(url, init)),
        requestInit: { headers: { authorization: `Bearer ${token}` } },
      })
      await client.connect(transport)
      clients.push(client)
      return client
    },
    async close() {
      for (const client of clients) await client.close()
      await mcp.close()
      await tasks.api.close()
    },
  }
  return test
}

/**
 * Calls a tool and gives what the model sees of it: the structured result, or the sentence of a
 * failure.
 */
export async function run(client: Client, name: string, args: Record<string, unknown> = {}) {
  const result = await client.callTool({ name, arguments: args })
  const [first] = result.content
  const text = first?.type === 'text' ? first.text : ''
  if (result.isError) return { failed: text }
  if (text !== JSON.stringify(result.structuredContent))
    throw new Error('The text is not the structured content')
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results by name
  return result.structuredContent as any
}
