// Work that outlives the tokens of a kept sign-in, over real parts: a request of the page whose token
// runs out in the middle, and a job that acts while the person is away.

import { expect, it } from 'vitest'
import type { Caller } from '../../src/caller.ts'
import { createOnBehalf, memoryConsentStore } from '../../src/index.ts'
import { oidc } from '../../src/issuers/index.ts'
import { json, loopback } from '../mcp/loopback.ts'
import { callOf, messagesOf, post } from '../mcp/parts.ts'
import { house, OF_PAGE } from './house.ts'
import { CHAT, ISSUER } from './issuer.ts'

const JOB = { job: 'report' }

/** An app with one server that takes its tokens, and alice's browser, signed in. */
async function app() {
  const made = await house()
  const { now } = made.clock
  const tokens: string[] = []
  const server = await loopback(({ raw, body }, response) => {
    tokens.push(String(raw.find(([name]) => name === 'authorization')?.[1]))
    json(response, 200, { jsonrpc: '2.0', id: JSON.parse(body).id, result: { content: [] } })
  })
  const { fetch } = made.issuer
  const onbehalf = createOnBehalf({
    issuer: oidc({ issuer: ISSUER, audience: CHAT, idTokensFor: 'app', fetch, now }),
    resource: CHAT,
    servers: { tasks: { url: server.url, source: { type: 'own', audience: CHAT } } },
    session: made.app.session,
    consents: memoryConsentStore(),
    audit: { record() {} },
    now,
    warn: () => {},
  })
  const browser = made.browser()
  await browser.signIn()
  const admission = await browser.admit(OF_PAGE, { session: made.app.session, onbehalf })
  if (!admission.ok) throw new Error(admission.refusal.reason)
  async function call(caller: Caller): Promise<object> {
    const response = await caller.fetch('tasks')(server.url, post(callOf('hello')))
    const { result } = (await messagesOf(response)).at(-1) as { readonly result: object }
    return result
  }
  return {
    ...made,
    onbehalf,
    caller: admission.value,
    call,
    tokens,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

it('a request of the page goes on with a fresh token, which is got once for all its calls', async () => {
  await using made = await app()
  await made.call(made.caller)
  made.clock.forward(301)
  const done = await Promise.all([made.call(made.caller), made.call(made.caller)])
  expect(done).toEqual([{ content: [] }, { content: [] }])
  expect([new Set(made.tokens).size, made.tokens.length]).toEqual([2, 3])
  expect(made.issuer.refreshes()).toBe(1)
  await made.caller.end()
})

it('a job acts hours later with the consent, and not after the person has signed out everywhere', async () => {
  await using made = await app()
  const { principal } = made.caller
  const until = new Date(made.clock.now() + 24 * 3600 * 1000)
  const { scopes } = made.caller.token
  await made.onbehalf.consents.give(made.caller, { ...JOB, servers: ['tasks'], scopes, until })
  await made.caller.end()
  made.clock.forward(3 * 3600)
  const acting = await made.onbehalf.actFor(principal, JOB)
  if (!acting.ok) throw new Error(acting.refusal.reason)
  await using caller = acting.value
  expect(await made.call(caller)).toEqual({ content: [] })
  made.clock.forward(301)
  expect(await made.call(caller)).toEqual({ content: [] })
  expect(new Set(made.tokens).size).toBe(2)

  await made.app.session.endAll(principal)
  made.clock.forward(301)
  expect(await made.call(caller)).toMatchObject({ isError: true })
  expect(made.tokens).toHaveLength(2)
})
