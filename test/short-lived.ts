// A house whose access tokens live for five minutes, on a clock that a test moves: one MCP server,
// its issuer, and what reached them. It holds no test.

import type { Caller } from '../src/caller.ts'
import type { Source } from '../src/core/binding.ts'
import { granted, refused } from '../src/core/errors.ts'
import { memoryVault } from '../src/core/vault/memory-vault.ts'
import type { Vault } from '../src/core/vault/vault.ts'
import { createOnBehalf } from '../src/on-behalf.ts'
import type { OnBehalfOptions } from '../src/on-behalf-options.ts'
import { CHAT, handClock, ISSUER, issuedToken, verifiedToken } from './core/parts.ts'
import { json, loopback } from './mcp/loopback.ts'
import { callOf, messagesOf, post } from './mcp/parts.ts'

/** Seconds that each access token lives. */
export const LIFE = 300

/** Tokens are `canary.<subject>.<number>`. Exchanged ones live for a minute. */
export async function shortLived(
  source: Source = { type: 'exchange', scopes: ['tasks:read'] },
  more: Pick<OnBehalfOptions, 'session' | 'policy'> = {},
) {
  const clock = handClock()
  const served: string[] = []
  const called: string[] = []
  const exchanged: string[] = []
  let answerStatus = 200
  const server = await loopback(({ raw, body }, response) => {
    served.push(String(raw.find(([name]) => name === 'authorization')?.[1]))
    if (answerStatus !== 200) return void response.writeHead(answerStatus).end()
    const { id, method, params } = JSON.parse(body)
    if (method === 'tools/call') called.push(params.name)
    const result = { content: [{ type: 'text', text: 'done' }] }
    json(response, 200, { jsonrpc: '2.0', id, result })
  })
  const inVault = new Set<string>()
  const inner = memoryVault({ now: clock.now })
  const vault: Vault = {
    ...inner,
    async deposit(deposit) {
      const handle = await inner.deposit(deposit)
      inVault.add(handle)
      return handle
    },
    async discard(handle, owner) {
      inVault.delete(handle)
      await inner.discard(handle, owner)
    },
  }
  const admittedAt = new Map<string, number>()
  const onbehalf = createOnBehalf({
    resource: CHAT,
    authorizationServers: [ISSUER],
    servers: { tasks: { url: server.url, source } },
    verifier: {
      async verify(credential) {
        const text = credential.reveal()
        const [, subject = '', number] = text.split('.')
        const since = admittedAt.get(text) ?? clock.now() / 1000
        admittedAt.set(text, since)
        if (since + LIFE <= clock.now() / 1000) return refused('token_expired')
        return granted(
          verifiedToken({
            principal: { issuer: ISSUER, subject, client: 'page' },
            expiresAt: since + LIFE,
            audience: [CHAT, server.url],
            claims: { sub: subject, number },
          }),
        )
      },
    },
    exchanger: {
      issuer: ISSUER,
      async exchange(subjectToken) {
        exchanged.push(subjectToken.reveal())
        return granted(
          issuedToken(`issued-${exchanged.length}`, { expiresAt: clock.now() / 1000 + 60 }),
        )
      },
    },
    ...more,
    vault,
    audit: { record() {} },
    now: clock.now,
  })
  async function admitted(token: string): Promise<Caller> {
    const headers = { authorization: `Bearer canary.${token}` }
    const admission = await onbehalf.admit(new Request(CHAT, { method: 'POST', headers }))
    if (!admission.ok) throw new Error(admission.refusal.reason)
    return admission.value
  }
  async function call(caller: Caller): Promise<string> {
    const response = await caller.fetch('tasks')(server.url, post(callOf('hello')))
    const answer = (await messagesOf(response)).at(-1) as {
      readonly result: { readonly content: readonly { readonly text: string }[] }
    }
    return answer.result.content[0]?.text ?? ''
  }
  return {
    server,
    onbehalf,
    admitted,
    call,
    clock,
    served,
    /** The tools that were called. */
    called,
    exchanged,
    /** Handles of credentials that nobody has discarded. */
    inVault,
    answer: (status: number) => {
      answerStatus = status
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
