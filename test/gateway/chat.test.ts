// A chat server in another language behind the gateway: it gets no token of the person, acts as them
// during one request, and knows who they are by a signature.

import { spawnSync } from 'node:child_process'
import { jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import { createGateway } from '../../src/gateway/index.ts'
import { START } from '../core/parts.ts'
import { GATEWAY, gatewayHouse, tokenFor } from './house.ts'

const SECRET = 'a-secret-of-gateway-and-chat-server-0123'
const UPSTREAM = 'http://127.0.0.1:9/chatkit'
const CALL = {
  jsonrpc: '2.0',
  id: 3,
  method: 'tools/call',
  params: { name: 'Tasks__only_alice', arguments: {} },
}

/** What the chat server does with a request. */
type ChatServer = (request: Request) => Response | Promise<Response>

function house(chatServer: ChatServer, warnings: string[] = []) {
  const chat = { path: '/chatkit', upstream: UPSTREAM, principalSecret: new Credential(SECRET) }
  const plain = gatewayHouse()
  return gatewayHouse({
    chat,
    warn: (message) => void warnings.push(message),
    fetch: (input, init) => {
      const request = new Request(input, init)
      return request.url === UPSTREAM
        ? Promise.resolve(chatServer(request))
        : (plain.options.fetch ?? fetch)(request)
    },
  })
}

const bearer = (request: Request) => request.headers.get('authorization')?.slice(7) ?? ''

describe('a chat server behind the gateway', () => {
  it('goes by the new servers in the middle of a run, when the settings have changed', async () => {
    const answers: [number, string][] = []
    const made = house(async (request) => {
      const { servers, ...same } = made.options
      const next = createGateway({
        ...same,
        servers: {
          Tasks: {
            ...servers.Tasks,
            url: 'https://tasks.example/mcp',
            tools: { deny: ['only_alice'] },
          },
        },
        after: made.gateway,
      })
      const call = async (path: string, name: string) => {
        const answer = await next.fetch(
          new Request(`${GATEWAY}${path}`, {
            method: 'POST',
            headers: {
              authorization: `Bearer ${bearer(request)}`,
              accept: 'application/json, text/event-stream',
            },
            body: JSON.stringify({ ...CALL, params: { name, arguments: {} } }),
          }),
        )
        answers.push([answer.status, await answer.text()])
      }
      await call('/mcp', 'Tasks__only_alice')
      await call('/mcp', 'Tasks__echo')
      await call('/mcp/Notes', 'search')
      return new Response('done')
    })
    await (await made.ask('/chatkit', tokenFor('alice'), { type: 'threads.create' })).text()
    const [denied, allowed, gone] = answers
    expect(denied?.[1]).not.toContain('alice only')
    expect(allowed?.[1]).toContain('got ')
    expect(gone?.[0]).toBe(404)
  })

  it('acts as its person with a run token, and holds no token of theirs', async () => {
    const seen: Request[] = []
    const { ask, gateway } = house(async (request) => {
      seen.push(request)
      const answer = await gateway.fetch(
        new Request(`${GATEWAY}/mcp`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${bearer(request)}`,
            accept: 'application/json, text/event-stream',
          },
          body: JSON.stringify(CALL),
        }),
      )
      return new Response(await answer.text(), { headers: { 'content-type': 'text/event-stream' } })
    })
    const answer = await ask(
      '/chatkit',
      tokenFor('alice'),
      { type: 'threads.create' },
      {
        cookie: 'a=b',
        'x-onbehalf-principal': 'forged',
      },
    )
    expect(await answer.text()).toContain('alice only')
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    const [request] = seen
    expect(JSON.stringify([...(request?.headers ?? [])])).not.toMatch(/canary|issued|forged|a=b/)
    expect(await request?.json()).toEqual({ type: 'threads.create' })
  })

  it('knows who the person is by a signed principal', async () => {
    let signed = ''
    const { ask } = house((request) => {
      signed = request.headers.get('x-onbehalf-principal') ?? ''
      return new Response('{}')
    })
    await ask('/chatkit', tokenFor('alice'), {})
    const { payload } = await jwtVerify(signed, new TextEncoder().encode(SECRET), {
      issuer: GATEWAY,
      audience: UPSTREAM,
      algorithms: ['HS256'],
      currentDate: new Date(START * 1000),
    })
    expect(payload).toMatchObject({ sub: 'alice', subject_issuer: 'https://login.example' })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60)
    const wrong = new TextEncoder().encode('another-secret-of-somebody-else-0123456')
    await expect(jwtVerify(signed, wrong)).rejects.toThrow()
  })

  it('has a run token for the time of its answer only, and for nothing but MCP', async () => {
    let token = ''
    const more = new TransformStream<Uint8Array, Uint8Array>()
    const { ask } = house((request) => {
      token = bearer(request)
      return new Response(more.readable)
    })
    const answer = await ask('/chatkit', tokenFor('alice'), {})
    expect((await ask('/mcp', token, CALL)).status).toBe(200)
    expect((await ask('/chatkit', token, {})).status).toBe(401)
    await more.writable.close()
    await answer.text()
    expect((await ask('/mcp', token, CALL)).status).toBe(401)
  })

  it('has no run token any more when its person goes away before the end', async () => {
    let token = ''
    const { ask } = house((request) => {
      token = bearer(request)
      return new Response(new TransformStream<Uint8Array, Uint8Array>().readable)
    })
    const answer = await ask('/chatkit', tokenFor('alice'), {})
    expect((await ask('/mcp', token, CALL)).status).toBe(200)
    await answer.body?.cancel()
    expect((await ask('/mcp', token, CALL)).status).toBe(401)
  })

  it('is not reached without a good token, and does not redirect', async () => {
    const warnings: string[] = []
    let asked = 0
    const { ask, gateway } = house(() => {
      asked++
      return Response.redirect('https://evil.example')
    }, warnings)
    for (const token of [undefined, 'forged', 'onbehalf-run-forged'])
      expect((await ask('/chatkit', token, {})).status).toBe(401)
    expect(asked).toBe(0)
    const redirected = await ask('/chatkit', tokenFor('alice'), {})
    expect(redirected.status).toBe(502)
    expect(await redirected.text()).toContain('is not set up correctly')
    expect(warnings.join()).toContain('chat.upstream answers with a redirect')
    const metadata = await gateway.fetch(
      new Request(`${GATEWAY}/.well-known/oauth-protected-resource/chatkit`),
    )
    expect(await metadata.json()).toMatchObject({ resource: `${GATEWAY}/chatkit` })
  })

  it('is declared whole, over https, with a secret', () => {
    const { options } = gatewayHouse()
    const good = { path: '/chatkit', upstream: UPSTREAM, principalSecret: new Credential(SECRET) }
    const wrong: readonly (readonly [object, string])[] = [
      [{ ...good, path: 'chatkit' }, 'chat.path must begin with a slash'],
      [{ ...good, path: '/mcp/chat' }, 'chat.path must begin with a slash, and not with /mcp'],
      [{ ...good, path: '/healthz' }, 'and not with /mcp, /.well-known, /healthz'],
      [{ ...good, upstream: 'http://python:8000/chatkit' }, 'chat.upstream must be an https URL'],
      [{ ...good, principalSecret: new Credential('short') }, 'chat.principalSecret must have 32'],
      [{ ...good, secret: 'x' }, 'chat.secret'],
    ]
    for (const [chat, words] of wrong)
      expect(() => createGateway({ ...options, chat: chat as never })).toThrow(words)
  })
})

const python = spawnSync('python3', ['--version']).status === 0

it.skipIf(!python)(
  'is read by the Python helper of the docs, which takes nothing else',
  async () => {
    let signed = ''
    const { ask } = house((request) => {
      signed = request.headers.get('x-onbehalf-principal') ?? ''
      return new Response('{}')
    })
    await ask('/chatkit', tokenFor('alice'), {})
    const read = (text: string, secret = SECRET, at = START) =>
      spawnSync(
        'python3',
        [
          '-c',
          `import onbehalf_principal as o, sys; print(o.read(*sys.argv[1:4], now=int(sys.argv[4]))["sub"])`,
          text,
          secret,
          UPSTREAM,
          String(at),
        ],
        { cwd: new URL('../../docs/snippets/', import.meta.url), encoding: 'utf8' },
      )
    expect(read(signed).stdout.trim()).toBe('alice')
    const [head, body, signature] = signed.split('.')
    const forged = Buffer.from(
      Buffer.from(body ?? '', 'base64url')
        .toString()
        .replace('alice', 'bobby'),
    ).toString('base64url')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    for (const wrong of [
      read(`${head}.${forged}.${signature}`),
      read(`${none}.${body}.`),
      read(signed, 'another-secret'),
      read(signed, SECRET, START + 61),
      read('x'),
    ])
      expect(wrong.status).not.toBe(0)
  },
)
