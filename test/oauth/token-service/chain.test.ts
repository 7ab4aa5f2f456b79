// The whole chain over an issuer that cannot exchange tokens: chat, MCP server, API. Three tokens,
// three audiences, one person, and both actors at the end.

import {
  type AuditEvent,
  Credential,
  createAuditor,
  createDoor,
  createOnBehalf,
  memorySecretStore,
} from 'onbehalf'
import { betterAuth } from 'onbehalf/issuers'
import { jwtVerifier } from 'onbehalf/jwt'
import { protectMcpServer } from 'onbehalf/mcp-server'
import { clientSecretBasic, tokenExchanger, tokenService } from 'onbehalf/oauth'
import { describe, expect, it } from 'vitest'
import { fakeIssuer, goodClaims, ISSUER, mint, signingKey } from '../../jwt/issuer.ts'
import { claimsOf } from './house.ts'

const SERVICE = 'https://app.example/tokens'
const CHAT = 'https://app.example/chat'
const TASKS = 'https://tasks.example/mcp'
const API = 'https://api.example/tasks'

/** The three parties in this process, and what each of them was sent. */
async function chain() {
  const key = await signingKey('login-1')
  const login = fakeIssuer([key])
  const events: AuditEvent[] = []
  const audit = { record: (event: AuditEvent) => void events.push(event) }
  const sent: Record<'chat' | 'server' | 'api', string[]> = { chat: [], server: [], api: [] }
  const note = (party: keyof typeof sent, request: Request) =>
    sent[party].push(request.headers.get('authorization')?.replace('Bearer ', '') ?? '')
  const secret = new Credential('secret-of-the-mcp-server')
  const signIn = betterAuth({ issuer: ISSUER, audience: 'the-app', fetch: login.fetch })

  const service = tokenService({
    issuer: SERVICE,
    signIn,
    keys: memorySecretStore(),
    clients: {
      chat: { subject: 'sign-in', audiences: { [TASKS]: ['tasks:read'] } },
      'tasks-mcp': { subject: TASKS, audiences: { [API]: ['tasks:read'] }, secret },
    },
    audit,
  })

  /** All that is on the network. The token service is asked over it for the second hop alone. */
  const network: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    if (request.url.startsWith(SERVICE) || request.url.includes('/.well-known/'))
      return service.fetch(request)
    if (request.url === TASKS) {
      note('server', request)
      return server(request)
    }
    note('api', request)
    const admission = await api.admit(request)
    if (!admission.ok) return admission.response
    const { principal, token } = admission.value
    return Response.json({ owner: principal.subject, of: token.claims.sub_id })
  }
  const verifier = () => jwtVerifier({ issuer: SERVICE, fetch: network })

  const api = createDoor({
    resource: API,
    verifier: verifier(),
    auditor: createAuditor(audit),
    scopes: ['tasks:read'],
  })

  const server = protectMcpServer(
    {
      resource: TASKS,
      authorizationServers: [SERVICE],
      verifier: verifier(),
      exchanger: tokenExchanger({
        issuer: SERVICE,
        clientId: 'tasks-mcp',
        client: clientSecretBasic(secret),
        fetch: network,
      }),
      apis: { tasks: { url: API, scopes: ['tasks:read'] } },
      toolScopes: { list_tasks: ['tasks:read'] },
      audit,
      fetch: network,
    },
    async (request, call) => {
      const { id } = (await request.json()) as { id: number }
      const answer = await call.fetch('tasks')(API)
      const text = await answer.text()
      return Response.json({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }] } })
    },
  )

  const onbehalf = createOnBehalf({
    resource: CHAT,
    issuer: signIn,
    exchanger: service.exchanger('chat'),
    servers: { Tasks: { url: TASKS, source: { type: 'exchange', scopes: ['tasks:read'] } } },
    audit,
    fetch: network,
  })

  async function listTasks(claims: Record<string, unknown> = {}): Promise<string> {
    const seconds = Math.floor(Date.now() / 1000)
    const times = { iat: seconds, exp: seconds + 300, aud: 'the-app', scope: 'tasks:read' }
    const token = await mint(key, goodClaims({ ...times, ...claims }))
    const headers = { authorization: `Bearer ${token.reveal()}` }
    const request = new Request(CHAT, { method: 'POST', headers })
    note('chat', request)
    const admission = await onbehalf.admit(request)
    if (!admission.ok) return admission.refusal.reason
    const response = await admission.value.fetch('Tasks')(TASKS, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'list_tasks', arguments: {} },
      }),
    })
    return response.text()
  }
  return { listTasks, sent, events, network }
}

describe('the chain over an issuer that cannot exchange', () => {
  it('the chain over an issuer that cannot exchange has three tokens for three audiences, for one person', async () => {
    const { listTasks, sent, events } = await chain()
    expect(await listTasks()).toContain('alice')
    const tokens = [sent.chat, sent.server, sent.api].map(([token = '']) => token)
    expect(new Set(tokens).size).toBe(3)
    const claims = tokens.map((token) => claimsOf(new Credential(token)))
    expect(claims.map(({ iss, aud, sub, act }) => ({ iss, aud, sub, act }))).toEqual([
      { iss: ISSUER, aud: 'the-app', sub: 'alice', act: undefined },
      { iss: SERVICE, aud: TASKS, sub: 'alice', act: { sub: 'chat', iss: SERVICE } },
      {
        iss: SERVICE,
        aud: API,
        sub: 'alice',
        act: { sub: 'tasks-mcp', iss: SERVICE, act: { sub: 'chat', iss: SERVICE } },
      },
    ])
    expect(claims.slice(1).map(({ sub_id }) => sub_id)).toEqual(
      Array.from({ length: 2 }, () => ({ format: 'iss_sub', iss: ISSUER, sub: 'alice' })),
    )
    expect(
      events.map(({ hop, outcome, audience, actors }) => [hop, outcome, audience, actors]),
    ).toEqual([
      ['door', 'allowed', ['the-app'], undefined],
      ['issue', 'allowed', [TASKS], ['chat']],
      ['exchange', 'allowed', [TASKS], undefined],
      ['carry', 'allowed', [TASKS], undefined],
      ['server-door', 'allowed', [TASKS], ['chat']],
      ['issue', 'allowed', [API], ['tasks-mcp', 'chat']],
      ['exchange', 'allowed', [API], ['chat']],
      ['api', 'allowed', [API], ['chat']],
      ['door', 'allowed', [API], ['tasks-mcp', 'chat']],
    ])
    const log = JSON.stringify(events)
    for (const token of tokens) expect(log).not.toContain(token)
  })

  it('the chain over an issuer that cannot exchange lets no token be used one hop further', async () => {
    const { listTasks, sent, network } = await chain()
    await listTasks()
    const [person = '', forServer = '', forApi = ''] = [sent.chat[0], sent.server[0], sent.api[0]]
    const status = async (url: string, token: string) =>
      (await network(url, { method: 'POST', headers: { authorization: `Bearer ${token}` } })).status
    expect([
      await status(API, person),
      await status(API, forServer),
      await status(TASKS, person),
      await status(TASKS, forApi),
    ]).toEqual([401, 401, 401, 401])
  })

  it('the chain over an issuer that cannot exchange keeps twenty people apart', async () => {
    const { listTasks } = await chain()
    const people = Array.from({ length: 20 }, (_, at) => `person-${at}`)
    const answers = await Promise.all(people.map((sub) => listTasks({ sub })))
    answers.forEach((answer, at) => {
      expect(answer).toContain(`\\"owner\\":\\"${people[at]}\\"`)
    })
  })
})
