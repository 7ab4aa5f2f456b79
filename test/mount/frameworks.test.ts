// The helpers for Fastify, Hono and Next.js, over stand-ins with the few members that they use.
// `npm run test:adopters` runs them in the frameworks themselves.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import * as fastify from '../../src/mount/fastify.ts'
import * as hono from '../../src/mount/hono.ts'
import * as next from '../../src/mount/next.ts'

const echo = async (request: Request) =>
  Response.json({ url: request.url, text: await request.text() })

const onbehalf = {
  handle: async (request: Request, answer: (caller: string) => Response | Promise<Response>) =>
    request.headers.has('authorization') ? answer('alice') : new Response(null, { status: 401 }),
}

const signedIn = { headers: { authorization: 'Bearer x' } }

describe('in Hono', () => {
  const context = (raw: Request) => ({ req: { raw, arrayBuffer: () => raw.arrayBuffer() } })

  it('a handler gets the request, and what it leaves alone goes to the next one', async () => {
    const go = vi.fn(async () => {})
    const asked = context(new Request('https://app.example/mcp', { method: 'POST', body: 'x' }))
    const answer = await hono.serve(echo)(asked, go)
    expect(await answer?.json()).toEqual({ url: 'https://app.example/mcp', text: 'x' })
    expect(go).not.toHaveBeenCalled()
    expect(await hono.serve(() => undefined)(asked, go)).toBeUndefined()
    expect(go).toHaveBeenCalledTimes(1)
  })

  it('a body that was read through the context is there all the same', async () => {
    const raw = new Request('https://app.example/', { method: 'POST', body: 'x' })
    const bytes = await raw.arrayBuffer()
    const answer = await hono.serve(echo)(
      { req: { raw, arrayBuffer: async () => bytes } },
      async () => {},
    )
    expect(await answer?.json()).toMatchObject({ text: 'x' })
  })

  it('a body that was read past the context counts as used, and not as empty', async () => {
    const raw = new Request('https://app.example/', { method: 'POST', body: 'x' })
    await raw.text()
    const used = hono.serve((request) => Response.json(request.bodyUsed))
    expect(await (await used(context(raw), async () => {}))?.json()).toBe(true)
  })

  it('handle gives the caller and the context, or the refusal', async () => {
    const handler = hono.handle(onbehalf, (caller, { req }) =>
      Response.json([caller, new URL(req.raw.url).pathname]),
    )
    const answer = await handler(context(new Request('https://app.example/chat', signedIn)))
    expect(await answer.json()).toEqual(['alice', '/chat'])
    expect((await handler(context(new Request('https://app.example/chat')))).status).toBe(401)
  })
})

describe('in Next.js', () => {
  it('a handler gets the request at the host that was asked; what it leaves alone is not found', async () => {
    const request = new Request('http://localhost:3000/mcp?a=1', {
      method: 'POST',
      body: 'x',
      headers: { host: 'app.example' },
    })
    expect(await (await next.serve(echo)(request)).json()).toEqual({
      url: 'http://app.example/mcp?a=1',
      text: 'x',
    })
    // A host with a path in it must not become another path of the request.
    for (const host of ['app.example/admin?', 'app.example#', 'app.example\\admin', 'a@b.example'])
      expect(
        await (
          await next.serve(echo)(new Request('http://localhost:3000/mcp', { headers: { host } }))
        ).json(),
      ).toMatchObject({ url: 'http://localhost:3000/mcp' })
    expect((await next.serve(() => undefined)(new Request('http://a.example/'))).status).toBe(404)
  })

  it('handle gives the caller and the request, or the refusal', async () => {
    const handler = next.handle(onbehalf, (caller, request) => Response.json([caller, request.url]))
    const answer = await handler(new Request('https://app.example/chat', signedIn))
    expect(await answer.json()).toEqual(['alice', 'https://app.example/chat'])
    expect((await handler(new Request('https://app.example/chat'))).status).toBe(401)
  })
})

describe('in Fastify', () => {
  /** One request over node:http, with its body read as Fastify does. */
  async function asked(
    handler: fastify.FastifyHandler<fastify.FastifyRequestParts, fastify.FastifyReplyParts>,
    init: RequestInit,
  ) {
    let given: unknown
    const server = createServer(async (raw: IncomingMessage, outgoing: ServerResponse) => {
      let text = ''
      for await (const chunk of raw) text += chunk
      // As Fastify has them: getters of a class.
      class FastifyRequest {
        readonly raw = raw
        readonly body: unknown = text === '' ? undefined : JSON.parse(text)
        get originalUrl() {
          return '/mcp'
        }
        get protocol() {
          return 'https'
        }
      }
      given = await handler(new FastifyRequest(), {
        raw: outgoing,
        callNotFound: () => 'not found',
      })
      outgoing.end()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const address = server.address()
    await fetch(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`, init)
    return given
  }

  it('a handler gets the body that Fastify parsed, the whole path, and the protocol of the proxy', async () => {
    const given = await asked(fastify.serve(echo), {
      method: 'POST',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json' },
    })
    const { url, text } = (await (given as Response).json()) as { url: string; text: string }
    expect([new URL(url).pathname, new URL(url).protocol, text]).toEqual([
      '/mcp',
      'https:',
      '{"a":1}',
    ])
    expect(
      await asked(
        fastify.serve(() => undefined),
        {},
      ),
    ).toBe('not found')
  })

  it('handle gives the caller, whom it ends when the reply is closed, or the refusal', async () => {
    const end = vi.fn(async () => {})
    const door = {
      metadata: () => undefined,
      admit: async ({ headers }: Request) =>
        headers.has('authorization')
          ? ({ ok: true, value: { name: 'alice', end } } as const)
          : ({
              ok: false,
              refusal: { reason: 'credential_missing' },
              response: new Response(null, { status: 401 }),
            } as const),
    }
    const handler = fastify.handle(door, ({ name }) => {
      expect(end).not.toHaveBeenCalled()
      return { name }
    })
    expect(await asked(handler, signedIn)).toEqual({ name: 'alice' })
    await vi.waitFor(() => expect(end).toHaveBeenCalledTimes(1))
    expect(await asked(handler, {})).toMatchObject({ status: 401 })
  })
})
