// Attacks on servers that are child processes: a second person, a token that ends, a process that
// repeats what it was sent, and one that dies with a credential on its lips.

import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type AuditEvent, createAuditor } from '../../src/core/audit.ts'
import type { BindingInput } from '../../src/core/binding.ts'
import { granted } from '../../src/core/errors.ts'
import { parseBinding } from '../../src/core/parse-binding.ts'
import { principalKey } from '../../src/core/principal.ts'
import { toSentence } from '../../src/core/sentences.ts'
import { sentSecrets } from '../../src/mcp/redact/sent-secrets.ts'
import {
  type CarryingTransportOptions,
  carryingTransport,
  type MessageTransport,
} from '../../src/mcp/transport.ts'
import { alice, bob, handClock, issuedToken, START } from '../core/parts.ts'
import { callOf, LIST, text, tool } from './parts.ts'
import { givesAway, tokenOf } from './remembering.ts'

type Message = { readonly id?: unknown; readonly method?: string; readonly params?: object }

/** A process as the SDK's transport shows it; `react` is what it does with a message. */
function child(react: (message: Message, say: (message: object) => void) => void) {
  const received: Message[] = []
  const inner: MessageTransport = {
    start: async () => {},
    close: async () => inner.onclose?.(),
    async send(message) {
      const one = message as Message
      received.push(one)
      react(one, (said) => inner.onmessage?.({ jsonrpc: '2.0', ...said }))
    },
  }
  return { inner, received }
}

const FILES: BindingInput = {
  url: 'stdio:files',
  resource: 'https://files.example',
  placement: { type: 'meta', key: 'com.example/token' },
}

/** People who share one memory of what was sent, as in one process of an app. */
function people() {
  const clock = handClock()
  const sent = sentSecrets({ now: clock.now })
  const events: AuditEvent[] = []
  const said: string[] = []
  const open = (
    inner: MessageTransport,
    principal = alice,
    changes: Partial<CarryingTransportOptions> = {},
  ) => {
    const transport = carryingTransport(inner, {
      binding: parseBinding('files', FILES),
      source: async () => granted(issuedToken(tokenOf(principal.subject))),
      principal,
      auditor: createAuditor({ record: (event) => void events.push(event) }),
      trace: '4bf92f3577b34da6a3ce929d0e0e4736',
      deadline: 10_000,
      secrets: sent.run(principalKey(principal)),
      ...changes,
    })
    transport.onmessage = (message) => void said.push(JSON.stringify(message))
    transport.onerror = (error) => void said.push(inspect(error, { depth: 9 }))
    return transport
  }
  return { clock, events, said, open }
}

const told = (reason: 'server_unavailable' | 'handle_refused') =>
  toSentence({ reason, server: 'files' })

describe('a second person', () => {
  it('cannot be given the process of the first: their answers would be mixed', async () => {
    const { open } = people()
    const { inner } = child(() => {})
    const first = open(inner)
    expect(() => open(inner, bob)).toThrow(/^servers\.files: this transport is in use/)
    // A process that has ended may be started again.
    await first.close()
    expect(() => open(inner, bob)).not.toThrow()
  })

  it('gets nothing of the first from a process that answers for another id, twice, or unasked', async () => {
    const { open, said, events } = people()
    const token = tokenOf('alice')
    const { inner: first } = child(({ id }, say) => say({ id, result: {} }))
    await open(first).send(callOf('add', {}, 1))
    const { inner: second } = child(({ id }, say) => {
      const content = [{ type: 'text', text: token }]
      say({ id: 99, result: { content } })
      say({ id, error: { code: -1, message: token, data: { [token]: token } } })
      say({ id, result: { content } })
      say({ method: `notifications/${token}`, params: { [token]: [token] } })
      say({ id: token, method: 'elicitation/create', params: { message: btoa(token) } })
    })
    await open(second, bob).send(callOf('add', {}, 1))
    await expect.poll(() => said.length).toBe(4)
    expect(givesAway(said.join(), token)).toBe(false)
    expect(givesAway(JSON.stringify(events), token)).toBe(false)
    expect(events.filter(({ reason }) => reason === 'credential_reflected')).toHaveLength(3)
  })

  it('gets nothing of the first from a list of tools', async () => {
    const { open, said } = people()
    const token = tokenOf('alice')
    const lister = child(({ id }, say) =>
      say({ id, result: { tools: [tool(token, { [token]: text }, { description: token })] } }),
    )
    await open(child(({ id }, say) => say({ id, result: {} })).inner).send(callOf('add', {}, 1))
    await open(lister.inner, bob).send(LIST)
    expect(said).toHaveLength(2)
    expect(givesAway(said.join(), token)).toBe(false)
  })
})

describe('a token that ends', () => {
  it('is asked for anew with each request, and the old one is still found', async () => {
    const { open, said, clock } = people()
    let serial = 0
    const source = async () =>
      granted(issuedToken(tokenOf('alice', serial), { expiresAt: START + 300 * (serial + 1) }))
    const { inner, received } = child(({ id }, say) =>
      say({ id, result: { content: [{ type: 'text', text: JSON.stringify(received) }] } }),
    )
    const transport = open(inner, alice, { source })
    for (serial of [0, 1]) {
      await transport.send(callOf('add', {}, serial))
      clock.forward(301)
    }
    const metas = received.map(({ params }) => Object.values(Object(params)._meta))
    expect(metas).toEqual([[tokenOf('alice', 0)], [tokenOf('alice', 1)]])
    for (const one of [0, 1]) expect(givesAway(said.join(), tokenOf('alice', one))).toBe(false)
  })

  it('with its sign-in ends the process and every open call, and nothing is sent any more', async () => {
    const { open, said } = people()
    const ends = new AbortController()
    const { inner, received } = child(() => {})
    const transport = open(inner, alice, { signal: ends.signal })
    const calling = transport.send(callOf('add', {}, 1))
    await expect.poll(() => received.length).toBe(1)
    ends.abort()
    await calling
    expect(said.join()).toContain(told('handle_refused'))
    await transport.send(callOf('add', {}, 2))
    await expect(transport.send({ jsonrpc: '2.0', method: 'notifications/x' })).rejects.toThrow()
    expect(received).toHaveLength(1)
  })
})

describe('a process that dies', () => {
  it('in the middle of a call says nothing of what it was sent, and the next one is served', async () => {
    const { open, said, events } = people()
    const token = tokenOf('alice')
    const { inner } = child(() => {
      inner.onerror?.(new Error(`panic: ${token}`))
      inner.onclose?.()
    })
    await open(inner).send(callOf('add', {}, 1))
    expect(said.join()).toContain(told('server_unavailable'))
    const { inner: next } = child(({ id }, say) => say({ id, result: { content: [] } }))
    await open(next).send(callOf('add', {}, 2))
    expect(said.at(-1)).toContain('"id":2')
    expect(givesAway(said.join() + JSON.stringify(events), token)).toBe(false)
  })

  it.each(['a call', 'a notification'])(
    'before it has taken %s says nothing of it, whatever its pipe throws',
    async (what) => {
      const { open, said } = people()
      const token = tokenOf('alice')
      const inner: MessageTransport = {
        start: async () => {},
        close: async () => {},
        send: async (message) => {
          throw new Error(`write EPIPE ${JSON.stringify(message)} ${token}`)
        },
      }
      const message = what === 'a call' ? callOf('add', {}, 1) : { jsonrpc: '2.0', method: 'n/x' }
      await open(inner)
        .send(message)
        .catch((error) => said.push(inspect(error, { showHidden: true, depth: 9 })))
      expect(said.join()).toContain(told('server_unavailable'))
      expect(givesAway(said.join(), token)).toBe(false)
    },
  )
})
