// onbehalf.handle: a request is answered in its caller's name, and the caller ends with the body of
// the answer, not before.

import { describe, expect, it, vi } from 'vitest'
import type { Caller } from '../src/caller.ts'
import type { AuditEvent } from '../src/core/audit.ts'
import { granted, refused } from '../src/core/errors.ts'
import { toSentence } from '../src/core/sentences.ts'
import { createOnBehalf } from '../src/on-behalf.ts'
import { CHAT, ISSUER, issuedToken, MCP, verifiedToken } from './core/parts.ts'

const URL_OF_METADATA = 'https://chat.example/.well-known/oauth-protected-resource'

function house() {
  const events: AuditEvent[] = []
  const onbehalf = createOnBehalf({
    resource: CHAT,
    authorizationServers: [ISSUER],
    servers: { Tasks: { url: MCP, source: { type: 'exchange', scopes: ['tasks:read'] } } },
    verifier: {
      async verify(credential) {
        if (credential.reveal() === 'bad') return refused('signature_invalid')
        return granted(verifiedToken({ audience: [CHAT], expiresAt: Date.now() / 1000 + 3600 }))
      },
    },
    exchanger: {
      issuer: ISSUER,
      exchange: async () =>
        granted(issuedToken('issued.1', { expiresAt: Date.now() / 1000 + 300 })),
    },
    audit: { record: (event) => void events.push(event) },
    fetch: async () => Response.json({ jsonrpc: '2.0', id: 1, result: { content: [] } }),
  })
  return { onbehalf, events }
}

const request = (init: RequestInit = {}) =>
  new Request(CHAT, { method: 'POST', headers: { authorization: 'Bearer good' }, ...init })

const CALL = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'add', arguments: {} },
})

/** Calls a tool; gives what the model reads when it is refused. */
async function callTool(fetch: typeof globalThis.fetch): Promise<string> {
  const text = await (await fetch(MCP, { method: 'POST', body: CALL })).text()
  return text.includes('isError') ? text : 'answered'
}

/** A body that calls a tool before each part: the shape of every agent's streamed answer. */
function streamed(caller: Caller, parts: number): Response {
  const fetch = caller.fetch('Tasks')
  const said: string[] = []
  return new Response(
    new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (said.length === parts) return controller.close()
        said.push(await callTool(fetch))
        controller.enqueue(new TextEncoder().encode(`${said.at(-1)} `))
      },
    }),
  )
}

const ENDED = toSentence({ reason: 'caller_ended', server: 'Tasks' })

/** The fetch of the last caller, which a framework may still hold. */
let held: typeof globalThis.fetch
const callAfter = () => callTool(held)

describe('handle', () => {
  it('handle answers a refused request with the 401, and never runs the function', async () => {
    const answer = vi.fn()
    const { onbehalf } = house()
    const response = await onbehalf.handle(
      request({ headers: { authorization: 'Bearer bad' } }),
      answer,
    )
    expect([response.status, answer.mock.calls.length]).toEqual([401, 0])
    expect(response.headers.get('www-authenticate')).toContain('resource_metadata=')
  })

  it('handle serves the metadata that its 401 names', async () => {
    const { onbehalf } = house()
    const refusal = await onbehalf.handle(new Request(CHAT, { method: 'POST' }), vi.fn())
    const [, named = ''] =
      refusal.headers.get('www-authenticate')?.match(/resource_metadata="([^"]+)"/) ?? []
    const document = await onbehalf.handle(new Request(named), vi.fn())
    expect(await document.json()).toMatchObject({ resource: CHAT, authorization_servers: [ISSUER] })
    expect((await onbehalf.handle(new Request(URL_OF_METADATA), vi.fn())).status).toBe(200)
  })

  it('handle keeps the caller for the whole of a streamed answer, and ends it with the last byte', async () => {
    const { onbehalf, events } = house()
    const response = await onbehalf.handle(request(), (caller) => {
      held = caller.fetch('Tasks')
      return streamed(caller, 3)
    })
    expect(await response.text()).toBe('answered answered answered ')
    expect(events.flatMap(({ reason }) => reason ?? [])).toEqual([])
    expect(await callAfter()).toContain(ENDED)
  })

  it('handle ends the caller when the client cancels the body', async () => {
    const { onbehalf } = house()
    const response = await onbehalf.handle(request(), (caller) => {
      held = caller.fetch('Tasks')
      return streamed(caller, 9)
    })
    const reader = response.body?.getReader()
    await reader?.read()
    expect(await callAfter()).toBe('answered')
    await reader?.cancel()
    expect(await callAfter()).toContain(ENDED)
  })

  it('handle ends the caller when the client has gone, whoever reads the body', async () => {
    const { onbehalf } = house()
    const gone = new AbortController()
    await onbehalf.handle(request({ signal: gone.signal }), (caller) => {
      held = caller.fetch('Tasks')
      return streamed(caller, 9)
    })
    expect(await callAfter()).toBe('answered')
    gone.abort()
    expect(await callAfter()).toContain(ENDED)
  })

  it.each([
    ['the body breaks', () => new Response(ReadableStream.from(breaking()))],
    ['there is no body', () => new Response(null, { status: 204 })],
  ])('handle ends the caller when %s', async (_, answer) => {
    const { onbehalf } = house()
    const response = await onbehalf.handle(request(), (caller) => {
      held = caller.fetch('Tasks')
      return answer()
    })
    await response.text().catch(() => {})
    expect(await callAfter()).toContain(ENDED)
  })

  it.each([
    ['the function throws', () => Promise.reject(new Error('mine')), /mine/],
    ['it gives no response', () => undefined as never, /must return a Response/],
    ['its body was read', () => read(new Response('x')), /locked|read|disturbed/i],
  ])('handle ends the caller, and throws, when %s', async (_, answer, message) => {
    const { onbehalf } = house()
    const handled = onbehalf.handle(request(), (caller) => {
      held = caller.fetch('Tasks')
      return answer()
    })
    await expect(handled).rejects.toThrow(message)
    expect(await callAfter()).toContain(ENDED)
  })

  it('handle keeps status and headers', async () => {
    const { onbehalf } = house()
    const response = await onbehalf.handle(request(), () =>
      Response.json({ a: 1 }, { status: 201, headers: { 'x-mine': 'yes' } }),
    )
    expect([response.status, response.headers.get('x-mine'), await response.json()]).toEqual([
      201,
      'yes',
      { a: 1 },
    ])
  })
})

async function* breaking(): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode('half')
  throw new Error('the model is away')
}

function read(response: Response): Response {
  response.body?.getReader()
  return response
}

describe('a caller that an app holds by itself', () => {
  async function admitted(): Promise<Caller> {
    const admission = await house().onbehalf.admit(request())
    if (!admission.ok) throw new Error(admission.refusal.reason)
    return admission.value
  }

  it.each(['dispose', 'asyncDispose'] as const)(
    'ends at the end of its block, by Symbol.%s',
    async (how) => {
      const caller = await admitted()
      const fetch = caller.fetch('Tasks')
      expect(await callTool(fetch)).toBe('answered')
      await caller[Symbol[how]]()
      expect(await callTool(fetch)).toContain(ENDED)
    },
  )

  it('tells the developer, and nobody to sign in again, when it is used after its end', async () => {
    const caller = await admitted()
    const fetch = caller.fetch('Tasks')
    await caller.end()
    expect(() => caller.fetch('Tasks')).toThrow(/onbehalf\.handle/)
    const result = await (await fetch(MCP, { method: 'POST', body: CALL })).text()
    expect(result).toContain('The sign-in is fine')
    expect(result).not.toMatch(/sign in again/i)
  })

  it('keeps the reason of a revoked sign-in, also when the app ends the caller afterwards', async () => {
    const { onbehalf } = house()
    const admission = await onbehalf.admit(request())
    if (!admission.ok) throw new Error(admission.refusal.reason)
    const caller = admission.value
    const fetch = caller.fetch('Tasks')
    onbehalf.revoke(caller.principal)
    await caller.end()
    expect(await (await fetch(MCP, { method: 'POST', body: CALL })).text()).toMatch(/Sign in again/)
  })
})
