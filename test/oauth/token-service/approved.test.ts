// A call that the person has said yes to, over the whole chain: the token says which call it is for, and
// the server takes it for this one alone, once.

import { Credential, createOnBehalf, principalKey } from 'onbehalf'
import { protectMcpServer } from 'onbehalf/mcp-server'
import { callPolicy, memoryCallApprovals } from 'onbehalf/policy'
import { expect, it } from 'vitest'
import { digestOf } from '../../../src/core/canonical.ts'
import { jwtVerifier } from '../../../src/jwt/index.ts'
import { clientSecretBasic, tokenExchanger } from '../../../src/oauth/index.ts'
import { ISSUER } from '../../jwt/issuer.ts'
import { API, APP, basic, claimsOf, house, SECRET, SERVICE, TASKS } from './house.ts'

type Args = Readonly<Record<string, unknown>>

const callOf = (name: string, args: Args): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name, arguments: args },
  }),
})

/** A chat whose policy asks about `send`, and a server that demands the yes. */
async function chain({ statesApprovals = true, overHttp = false } = {}) {
  const made = await house({
    clients: {
      chat: {
        subject: 'sign-in',
        audiences: { [TASKS]: ['tasks:read'] },
        secret: new Credential(SECRET),
        statesApprovals,
      },
    },
  })
  const { service, fetch, time, signedIn } = made
  const reached: string[] = []
  const bearers: string[] = []
  const audit = { record() {} }
  const server = protectMcpServer(
    {
      resource: TASKS,
      authorizationServers: [SERVICE],
      verifier: jwtVerifier({ issuer: SERVICE, fetch, now: time.now }),
      toolScopes: { send: ['tasks:read'], list: ['tasks:read'] },
      approved: { send: 'required' },
      audit,
      now: time.now,
    },
    async (request) => {
      const { params } = (await request.json()) as { params: { name: string } }
      reached.push(params.name)
      return Response.json({ jsonrpc: '2.0', id: 1, result: { content: [] } })
    },
  )
  const approvals = memoryCallApprovals()
  const onbehalf = createOnBehalf({
    resource: 'https://app.example/chat',
    issuers: [{ ...made.options.signIn, issuer: ISSUER } as never],
    audience: APP,
    exchanger: overHttp
      ? tokenExchanger({
          issuer: SERVICE,
          clientId: 'chat',
          client: clientSecretBasic(new Credential(SECRET)),
          fetch,
          now: time.now,
          dialect: { statesApprovals: true },
        })
      : service.exchanger('chat'),
    servers: { Tasks: { url: TASKS, source: { type: 'exchange', scopes: ['tasks:read'] } } },
    policy: callPolicy(
      { rules: [{ tools: 'Tasks/send', effect: 'ask' }] },
      { approvals, now: time.now },
    ),
    audit,
    async fetch(input, init) {
      const request = new Request(input, init)
      bearers.push(request.headers.get('authorization')?.replace('Bearer ', '') ?? '')
      return server(request)
    },
    now: time.now,
    warn() {},
  })
  const token = await signedIn({ scope: 'tasks:read' })
  const headers = { authorization: `Bearer ${token.reveal()}` }
  const admission = await onbehalf.admit(new Request('https://app.example/chat', { headers }))
  if (!admission.ok) throw new Error('not admitted')
  const caller = admission.value
  return {
    ...made,
    reached,
    bearers,
    call: async (name: string, args: Args) =>
      (await caller.fetch('Tasks')(TASKS, callOf(name, args))).text(),
    /** As somebody who has got hold of the token. */
    async replay(name: string, args: Args, bearer = bearers.at(-1) ?? '') {
      const request = new Request(TASKS, callOf(name, args))
      request.headers.set('authorization', `Bearer ${bearer}`)
      return (await server(request)).text()
    },
    async approve() {
      const owner = principalKey(caller.principal)
      const now = time.now()
      for (const { id } of await approvals.waiting(owner, now))
        await approvals.decide(owner, id, { approves: true, now, endsAt: now + 600_000 })
    },
  }
}

const MILK = { to: 'bob', amount: 5 }

it.each([false, true])(
  'the token of an approved call says so (over HTTP: %s)',
  async (overHttp) => {
    const { call, approve, reached, bearers } = await chain({ overHttp })
    await call('list', {})
    expect(await call('send', MILK)).toContain('must say yes')
    await approve()
    await call('send', { amount: 5, to: 'bob' })
    await call('list', {})
    expect(reached).toEqual(['list', 'send', 'list'])
    const [plain = '', approved = '', after = ''] = bearers
    const claims = claimsOf(new Credential(approved))
    expect(claims.authorization_details).toEqual([
      {
        type: 'mcp_tool_call',
        tool: 'send',
        arguments_digest: expect.stringMatching(/^[\da-f]{64}$/),
      },
    ])
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(120)
    // It is never served to another call.
    expect(after).toBe(plain)
    expect(claimsOf(new Credential(plain)).authorization_details).toBeUndefined()
  },
)

it.each<readonly [string, string, Args]>([
  ['for the same call again', 'send', MILK],
  ['for other arguments', 'send', { ...MILK, amount: 6 }],
  ['for none', 'send', {}],
])('a token of an approved call is not taken %s', async (_, name, args) => {
  const { call, approve, reached, replay } = await chain()
  await call('send', MILK)
  await approve()
  await call('send', MILK)
  expect(await replay(name, args)).toContain('each once')
  expect(reached).toEqual(['send'])
})

it('a token without a yes is not taken for the tool', async () => {
  const { call, reached, bearers, replay } = await chain()
  await call('list', {})
  expect(await replay('send', MILK, bearers[0])).toContain('each once')
  expect(reached).toEqual(['list'])
})

it.each([
  ['send', MILK, true],
  ['list', MILK, false],
  ['send', { ...MILK, amount: 6 }, false],
])('a fresh token for %s %j is taken for this call alone', async (tool, args, isTaken) => {
  const { reached, replay, service, signedIn } = await chain()
  const approved = { tool, argumentsDigest: await digestOf(args) }
  const subject = await signedIn({ scope: 'tasks:read' })
  const asked = { resource: TASKS, scopes: ['tasks:read'], approved }
  const issued = await service.exchanger('chat').exchange(subject, asked)
  await replay('send', MILK, issued.ok ? issued.value.credential.reveal() : '')
  expect(reached).toEqual(isTaken ? ['send'] : [])
})

it('a client that may not say so gets no such token', async () => {
  const { service, signedIn, post } = await chain({ statesApprovals: false })
  const subject = await signedIn({ scope: 'tasks:read' })
  const approved = { tool: 'send', argumentsDigest: '0'.repeat(64) }
  const asked = { resource: TASKS, scopes: ['tasks:read'], approved }
  expect(await service.exchanger('chat').exchange(subject, asked)).toMatchObject({
    refusal: { authorizationServerError: 'invalid_authorization_details' },
  })
  const details = [{ type: 'mcp_tool_call', tool: 'send', arguments_digest: '0'.repeat(64) }]
  const headers = { authorization: basic('chat', SECRET) }
  const form = formOf(subject, JSON.stringify(details))
  expect((await post(form, headers)).body.error).toBe('invalid_authorization_details')
})

const formOf = (subject: Credential, details: string) => ({
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token: subject.reveal(),
  subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  resource: TASKS,
  authorization_details: details,
})

const GOOD = { type: 'mcp_tool_call', tool: 'send', arguments_digest: '0'.repeat(64) }

it.each([
  ['no JSON', 'x'],
  ['no list', JSON.stringify(GOOD)],
  ['none', '[]'],
  ['two', JSON.stringify([GOOD, GOOD])],
  ['another type', JSON.stringify([{ ...GOOD, type: 'payment' }])],
  ['a member more', JSON.stringify([{ ...GOOD, amount: 5 }])],
  ['no tool', JSON.stringify([{ ...GOOD, tool: '' }])],
  ['no digest', JSON.stringify([{ ...GOOD, arguments_digest: 'x' }])],
])('authorization_details with %s are refused', async (_, details) => {
  const { post, signedIn } = await chain()
  const form = formOf(await signedIn({ scope: 'tasks:read' }), details)
  const { status, body } = await post(form, { authorization: basic('chat', SECRET) })
  expect([status, body.error]).toEqual([400, 'invalid_authorization_details'])
})

it.each([
  [{ approved: { wipe: 'required' } }, 'approved.wipe: toolScopes names no such tool'],
  [{ approved: { list: 'yes' } }, "approved.list must be 'required'"],
])('the kit says at the start what cannot work: %j', (wrong, words) => {
  const options = {
    resource: API,
    authorizationServers: [SERVICE],
    verifier: jwtVerifier({ issuer: SERVICE }),
    toolScopes: { list: [] },
  }
  expect(() =>
    protectMcpServer({ ...options, ...wrong } as never, async () => new Response()),
  ).toThrow(words)
})
