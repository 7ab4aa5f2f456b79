// What a person reads when a part of TaskFlow is down or hangs, or when their sign-in has ended: a
// plain sentence, in time. The chat goes on when the part is back. Parts and sockets are real. Only
// the deadlines are shorter than in the product.

import { decodeJwt, decodeProtectedHeader, importJWK, SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { signInWithCode } from '../../examples/taskflow/issuer/code-flow.ts'
import { loadKeys } from '../../examples/taskflow/keys.ts'
import { signIn } from '../examples/taskflow/sign-in.ts'
import { inputOf, listAll, say, send, type Turn, tasksOf } from './chat.ts'
import { type Part, type PartsHouse, type State, startParts } from './parts-house.ts'

let house: PartsHouse
beforeEach(async () => {
  house = await startParts()
})
afterEach(() => house.stop())

/** Signs alice in for the chat. */
const alice = () => signIn({ issuer: house.urls.issuer, as: 'alice', resource: house.urls.chatkit })

/** Longer than all deadlines of one request together, and much shorter than a person waits. */
const SECONDS = 10

const NO_ISSUER =
  'This was not done: the sign-in service cannot be reached right now. Try again in a moment.'
const NO_SERVER =
  'TaskFlow cannot be reached right now, so it is not known whether this was done. Try again in a moment.'
const NOT_READY =
  'This was not done: TaskFlow does not answer as it should right now. Try again in a moment.'
const NO_CONNECTION =
  'This was not done: TaskFlow cannot be reached right now, and nothing was sent. Try again in a moment.'
const NO_API =
  'The task list cannot be reached right now, so it is not known whether this was done. Look before trying again.'
const SIGN_IN = 'Sign in again to continue.'

/** Asks for a task during the outage. Checks what all outages have in common. */
async function inTheOutage(token: string, thread: string): Promise<Turn> {
  const from = performance.now()
  const turn = await say(house.urls.chatkit, token, 'Add a task to fix the roof', thread)
  expect((performance.now() - from) / 1000).toBeLessThan(SECONDS)
  expect(turn.text).not.toContain('Added')
  // Neither the stream nor the log has a stack, a path or the text of a foreign error.
  for (const text of [turn.raw, JSON.stringify(house.lines)]) {
    expect(text).not.toMatch(
      /\bat \w+.*:\d+:\d+|node_modules|node:internal|ECONN|fetch failed|UND_ERR|aborted due/,
    )
  }
  return turn
}

/** The audit's events without success, without the fields that differ from run to run. */
function troubles() {
  return house.lines
    .filter(({ message, outcome }) => message === 'hop' && outcome !== 'allowed')
    .map(({ hop, outcome, reason, subject, destination }) => ({
      hop,
      outcome,
      reason,
      subject,
      destination,
    }))
}

/** Checks that the thread has all messages, and takes another one. */
async function goesOn(token: string, thread: string): Promise<void> {
  const { chatkit, api, issuer } = house.urls
  // An issuer that did not answer is asked again after one second or less.
  await vi.waitFor(
    async () =>
      expect((await say(chatkit, token, 'Add a task to paint the fence', thread)).text).toBe(
        'Added task 1: Paint the fence.',
      ),
    { timeout: 5000, interval: 300 },
  )
  const items = await listAll(chatkit, token, 'items.list', { thread_id: thread })
  const said = items
    .filter(({ type }) => type === 'user_message')
    .map(({ content }) => JSON.stringify(content))
  expect(said.slice(0, 3)).toEqual(
    ['Help', 'fix the roof', 'paint the fence'].map((text) => expect.stringContaining(text)),
  )
  const tasks = await tasksOf(api, await signIn({ issuer, as: 'alice', resource: api }))
  expect(tasks.map(({ title }) => title)).toEqual(['Paint the fence'])
}

interface Outage {
  readonly part: Part
  readonly when: 'at the start' | 'in mid-answer'
  readonly sentence: string
  readonly hop: 'exchange' | 'carry' | 'api'
}

const outages: readonly Outage[] = [
  { part: 'issuer', when: 'at the start', sentence: NO_ISSUER, hop: 'exchange' },
  { part: 'issuer', when: 'in mid-answer', sentence: NO_ISSUER, hop: 'exchange' },
  { part: 'mcp', when: 'at the start', sentence: NO_SERVER, hop: 'carry' },
  { part: 'mcp', when: 'in mid-answer', sentence: NO_SERVER, hop: 'carry' },
  { part: 'api', when: 'at the start', sentence: NO_API, hop: 'api' },
]
const rows = outages.flatMap((outage) =>
  (['down', 'silent'] as const).map((state) => ({ ...outage, state })),
)

describe('a missing part of TaskFlow', () => {
  it.each<Outage & { readonly state: State }>(rows)(
    'the $part is $state $when: the person reads a plain sentence, and the chat goes on later',
    async ({ part, state, when, sentence, hop }) => {
      const { chatkit, issuer, web } = house.urls
      const { threadId } = await say(chatkit, await alice(), 'Help')
      // Exchanged tokens are kept for each client. So a token of another client must be exchanged
      // again, although it is the same person's.
      const page = { clientId: 'taskflow-page', redirectUri: `${web}/`, resource: chatkit }
      const token = await signIn({ issuer, as: 'alice', ...page })
      if (when === 'in mid-answer') house.inMidAnswer(() => house.set(part, state))
      else await house.set(part, state)

      const turn = await inTheOutage(token, threadId)
      // Where nobody listens, nothing was sent. When a server took the call and did not answer,
      // nobody knows what it did.
      const unsent = state === 'down' && part !== 'issuer'
      // Before the first call, nothing was asked of the server.
      const opening = when === 'at the start' && part === 'mcp'
      const expected = part === 'mcp' && unsent ? NO_CONNECTION : opening ? NOT_READY : sentence
      expect(turn.text).toBe(expected)
      const destination = { exchange: issuer, carry: house.urls.mcp, api: house.urls.api }[hop]
      const reason =
        part === 'issuer'
          ? 'issuer_unavailable'
          : unsent
            ? 'server_unreachable'
            : opening
              ? 'server_not_ready'
              : 'server_unavailable'
      expect(troubles()).toContainEqual({
        hop,
        outcome: 'failed',
        reason,
        subject: 'alice',
        destination,
      })
      // The attempts to open a silent server are given up.
      const others = troubles().filter(({ outcome }) => outcome !== 'failed')
      expect(others.filter((one) => !(opening && one.reason === 'cancelled'))).toEqual([])

      await house.set(part, 'up')
      await goesOn(token, threadId)
    },
  )

  it('a person whose tokens are there does not notice that the issuer is down', async () => {
    const token = await alice()
    const { threadId } = await say(house.urls.chatkit, token, 'Add a task to feed the cat')
    // To read them takes a token of its own.
    await say(house.urls.chatkit, token, 'What is pending?', threadId)
    await house.set('issuer', 'down')
    const { text } = await say(house.urls.chatkit, token, 'What is pending?', threadId)
    expect(text).toContain('Feed the cat')
    expect(troubles()).toEqual([])
  })

  it.each<State>(['down', 'silent'])(
    'the door answers 503 while the issuer is %s before its first token, and opens later',
    async (state) => {
      const { chatkit } = house.urls
      const token = await alice()
      await house.set('issuer', state)
      const knock = () =>
        send(chatkit, token, 'threads.create', { input: inputOf('Add a task to buy tea') })
      const from = performance.now()
      const answer = await knock()
      expect((performance.now() - from) / 1000).toBeLessThan(SECONDS)
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
      expect(await answer.json()).toEqual({
        code: 'unavailable',
        message: 'A service that this depends on is not available. Try again later.',
      })
      expect(troubles()).toMatchObject([
        { hop: 'door', outcome: 'failed', reason: 'issuer_unavailable' },
      ])
      await house.set('issuer', 'up')
      const opened = await vi.waitFor(
        async () => (await say(chatkit, token, 'Add a task to buy tea')).text,
        { timeout: 5000 },
      )
      expect(opened).toContain('Added task 1: Buy tea.')
      expect(await listAll(chatkit, token, 'threads.list')).toHaveLength(1)
    },
  )
})

describe('a sign-in that has ended', () => {
  /** Signs alice's token again, expired but within the tolerance of the doors for clocks. */
  async function expiring(token: string): Promise<string> {
    const { issuerKey } = await loadKeys(house.dataDir)
    const now = Math.floor(Date.now() / 1000)
    return await new SignJWT({ ...decodeJwt(token), iat: now - 305, exp: now - 5 })
      .setProtectedHeader({ ...decodeProtectedHeader(token), alg: 'ES256' })
      .sign(await importJWK(issuerKey, 'ES256'))
  }

  async function pageSignIn() {
    const { issuer, web, chatkit } = house.urls
    const page = { clientId: 'taskflow-page', redirectUri: `${web}/`, resources: [chatkit] }
    const { accessToken, refreshToken } = await signInWithCode({ issuer, as: 'alice', ...page })
    return { token: accessToken.reveal(), refreshToken: refreshToken?.reveal() ?? '' }
  }

  async function revoke(refreshToken: string): Promise<void> {
    const body = new URLSearchParams({ client_id: 'taskflow-page', token: refreshToken })
    expect(
      (await fetch(`${house.urls.issuer}/oauth/revoke`, { method: 'POST', body })).status,
    ).toBe(200)
  }

  it('a token that expires between the door and the tool leads to a new sign-in', async () => {
    const token = await alice()
    const { threadId } = await say(house.urls.chatkit, token, 'Help')
    const { token: other } = await pageSignIn()
    const turn = await inTheOutage(await expiring(other), threadId)
    expect(turn.text).toBe(SIGN_IN)
    expect(troubles().map(({ outcome }) => outcome)).not.toContain('failed')
    expect(troubles()).toContainEqual(
      expect.objectContaining({ outcome: 'refused', subject: 'alice' }),
    )
    await goesOn(await alice(), threadId)
  })

  it.each(['before the answer', 'in mid-answer'])(
    'a sign-in that is revoked %s leads to a new sign-in',
    async (when) => {
      const { threadId } = await say(house.urls.chatkit, await alice(), 'Help')
      const { token, refreshToken } = await pageSignIn()
      if (when === 'in mid-answer') house.inMidAnswer(() => revoke(refreshToken))
      else await revoke(refreshToken)
      const turn = await inTheOutage(token, threadId)
      expect(turn.text).toBe(SIGN_IN)
      const refusal = {
        hop: 'exchange',
        outcome: 'refused',
        reason: 'exchange_grant_refused',
        subject: 'alice',
      }
      expect(troubles()).toContainEqual({ ...refusal, destination: house.urls.issuer })
      await goesOn(await alice(), threadId)
    },
  )
})
