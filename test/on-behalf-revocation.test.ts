// Revocation and end(): what is under way stops at once, streams included, and nothing leaves
// afterwards. No clock is waited for.

import { describe, expect, it } from 'vitest'
import type { Placement } from '../src/core/binding.ts'
import { runningCalls, whyEnded } from '../src/core/carry/running-calls.ts'
import { granted, type RefusalReason } from '../src/core/errors.ts'
import { toSentence } from '../src/core/sentences.ts'
import { memoryVault } from '../src/core/vault/memory-vault.ts'
import { createOnBehalf } from '../src/on-behalf.ts'
import type { OnBehalfOptions } from '../src/on-behalf-options.ts'
import {
  alice,
  bob,
  CHAT,
  deferred,
  handClock,
  ISSUER,
  issuedToken,
  START,
  verifiedToken,
} from './core/parts.ts'
import { json, loopback } from './mcp/loopback.ts'
import { callOf, LIST, messagesOf, post, request, toldBy } from './mcp/parts.ts'

function house(
  url: string,
  placement: Placement = { type: 'header' },
  changes: Partial<OnBehalfOptions> = {},
) {
  const clock = handClock()
  let count = 0
  const onbehalf = createOnBehalf({
    resource: CHAT,
    authorizationServers: [ISSUER],
    servers: { tasks: { url, placement } },
    verifier: {
      async verify(credential) {
        const subject = credential.reveal().includes('bob') ? 'bob' : 'alice'
        return granted(
          verifiedToken({
            principal: { issuer: ISSUER, subject, client: 'page' },
            expiresAt: clock.now() / 1000 + 300,
          }),
        )
      },
    },
    exchanger: {
      issuer: ISSUER,
      exchange: async () =>
        granted(
          issuedToken(`canary-token-number-${count++}`, { expiresAt: clock.now() / 1000 + 600 }),
        ),
    },
    audit: { record() {} },
    now: clock.now,
    ...changes,
  })
  async function admitted(subject = 'alice') {
    const headers = { authorization: `Bearer canary.of.${subject}` }
    const admission = await onbehalf.admit(new Request(CHAT, { method: 'POST', headers }))
    if (!admission.ok) throw new Error(admission.refusal.reason)
    return admission.value
  }
  return { onbehalf, admitted, clock }
}

/** A server that begins to answer and never ends; `begun` when a request came. */
async function hanging(begin: (body: string) => string | undefined) {
  const begun = [deferred<void>(), deferred<void>(), deferred<void>()]
  const closed = deferred<void>()
  let count = 0
  const server = await loopback(({ body }, response) => {
    response.on('close', () => closed.resolve())
    const first = begin(body)
    if (first !== undefined) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(first)
    }
    begun[count++]?.resolve()
  })
  return Object.assign(server, { begun, closed })
}

const NOTE = `id: 1\ndata: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: {} })}\n\n`

describe.each<
  [
    string,
    (made: ReturnType<typeof house>, caller: { end(): Promise<void> }) => void | Promise<void>,
    RefusalReason,
  ]
>([
  ['revoke()', ({ onbehalf }) => onbehalf.revoke(alice), 'handle_refused'],
  ['end()', (_, caller) => caller.end(), 'caller_ended'],
])('%s', (_, stop, reason) => {
  const ENDED = toSentence({ reason, server: 'tasks' })

  it.each([
    ['has not been answered at all', undefined],
    ['is being answered in events that could be resumed', NOTE],
    ['is being answered in events', ': hello\n\n'],
  ])(
    'ends a tool call that %s, with the sentence, within a second; the server sees it go',
    async (_, first) => {
      await using server = await hanging(() => first)
      const made = house(server.url)
      const caller = await made.admitted()
      const answer = caller.fetch('tasks')(server.url, post(callOf('hello')))
      await server.begun[0]?.promise
      // Its headers have come, so that it is the stream that has to end.
      if (first !== undefined) await answer
      const call = toldBy(answer)
      const began = performance.now()
      await stop(made, caller)
      expect(await call).toBe(ENDED)
      await server.closed.promise
      expect(performance.now() - began).toBeLessThan(1000)
    },
  )

  it('ends a list and a GET stream, and everything after them', async () => {
    await using server = await hanging((body) => (body === '' ? NOTE : undefined))
    const made = house(server.url)
    const caller = await made.admitted()
    const fetch = caller.fetch('tasks')
    const list = fetch(server.url, post(LIST)).catch(({ code }) => code)
    await server.begun[0]?.promise
    const reader = (await fetch(server.url)).body?.getReader()
    await reader?.read()
    await stop(made, caller)
    expect(await list).toBe(reason)
    await expect(reader?.read()).rejects.toMatchObject({ name: 'AuthError' })
    await server.closed.promise
    await expect(fetch(server.url)).rejects.toMatchObject({ code: reason })
    await expect(fetch(server.url, { method: 'DELETE' })).rejects.toMatchObject({
      code: reason,
    })
    expect(server.received).toHaveLength(2)
  })

  it.each<[Placement, Record<string, string>, unknown]>([
    [{ type: 'session' }, { 'mcp-session-id': 's1' }, callOf('hello')],
    [{ type: 'argument', parameters: 'everywhere' }, {}, request('resources/list')],
    [{ type: 'meta', key: 'com.example/t' }, {}, { jsonrpc: '2.0', id: 1, result: {} }],
  ])(
    'refuses also requests that need no credential: placement $type',
    async (placement, headers, message) => {
      await using server = await loopback((_, response) =>
        json(response, 200, { jsonrpc: '2.0', id: 'call-1', result: {} }),
      )
      const made = house(server.url, placement)
      const caller = await made.admitted()
      const fetch = caller.fetch('tasks')
      expect((await fetch(server.url, post(message, headers))).status).toBe(200)
      await stop(made, caller)
      const outcome = await fetch(server.url, post(message, headers)).then(
        messagesOf,
        ({ message: said }) => said,
      )
      expect(JSON.stringify(outcome)).toContain(ENDED)
      expect(server.received).toHaveLength(1)
    },
  )
})

describe('revoke()', () => {
  const ENDED = toSentence({ reason: 'handle_refused', server: 'tasks' })

  it('revoke() takes the credential out of the vault, and leaves other people and later sign-ins alone', async () => {
    await using server = await loopback((_, response) =>
      json(response, 200, { jsonrpc: '2.0', id: 'call-1', result: {} }),
    )
    const vault = memoryVault({ now: () => START * 1000 })
    const discarded: string[] = []
    const watched: typeof vault = {
      ...vault,
      discard(handle, owner) {
        discarded.push(owner.subject)
        return vault.discard(handle, owner)
      },
    }
    const made = house(server.url, { type: 'header' }, { vault: watched })
    const [one, two, other] = [
      await made.admitted(),
      await made.admitted(),
      await made.admitted('bob'),
    ]
    const status = async (caller: typeof one) =>
      (await messagesOf(await caller.fetch('tasks')(server.url, post(callOf('hello')))))[0]
    made.onbehalf.revoke(alice)
    expect(discarded).toEqual(['alice', 'alice'])
    expect(JSON.stringify([await status(one), await status(two)])).toContain(ENDED)
    expect(
      JSON.stringify([await status(other), await status(await made.admitted())]),
    ).not.toContain(ENDED)
    made.onbehalf.revoke(bob)
    expect(JSON.stringify(await status(other))).toContain(ENDED)
  })
})

describe('the register of running calls', () => {
  it('the register of running calls forgets who left, and ends who is long expired, because nobody could revoke them any more', () => {
    const clock = handClock()
    const calls = runningCalls(clock.now)
    const first = calls.enter(alice, START + 300)
    const left = calls.enter(alice, START + 300)
    left.leave()
    left.leave()
    expect([first.signal.aborted, left.signal.aborted]).toEqual([false, true])
    clock.forward(359)
    const second = calls.enter(alice, START + 3000)
    expect(first.signal.aborted).toBe(false)
    clock.forward(61)
    calls.enter(bob, START + 3000)
    expect([first.signal.aborted, second.signal.aborted]).toEqual([true, false])
    calls.revoke(alice)
    expect(second.signal.aborted).toBe(true)
    calls.revoke(alice)
  })

  it('the register of running calls ends the oldest when one more comes than it keeps, and says that nobody ended it', () => {
    const clock = handClock()
    const calls = runningCalls(clock.now, 2)
    const [first, second] = [calls.enter(alice, START + 300), calls.enter(alice, START + 300)]
    second.leave()
    const third = calls.enter(bob, START + 300)
    expect(first.signal.aborted).toBe(false)
    const fourth = calls.enter(bob, START + 300)
    expect([first, third, fourth].map(({ signal }) => signal.aborted)).toEqual([true, false, false])
    expect(whyEnded(first.signal)).toBe('caller_ended')
    calls.revoke(bob)
    expect([whyEnded(third.signal), fourth.signal.aborted]).toEqual(['handle_refused', true])
  })
})
