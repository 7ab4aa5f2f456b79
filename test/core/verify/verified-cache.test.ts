import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import { granted, type Result, refused } from '../../../src/core/errors.ts'
import { cachedVerifier } from '../../../src/core/verify/verified-cache.ts'
import type { TokenVerifier, VerifiedToken } from '../../../src/core/verify/verify.ts'
import { alice, bob, CHAT, handClock, MCP, START, verifiedToken } from '../parts.ts'

const digest = (text: string) => createHash('sha256').update(text).digest('hex')

let clock: ReturnType<typeof handClock>
let asked: [token: string, audience: string | readonly string[]][]
let answer: (token: string, audience: string | readonly string[]) => Result<VerifiedToken>
const inner: TokenVerifier = {
  async verify(credential, audience) {
    asked.push([credential.reveal(), audience])
    return answer(credential.reveal(), audience)
  },
}

beforeEach(() => {
  clock = handClock()
  asked = []
  answer = (token) => granted(verifiedToken({ principal: token.endsWith('bob') ? bob : alice }))
})

describe('a verifier with a memory', () => {
  const verifier = (options: { maxEntries?: number; maxAge?: number } = {}) =>
    cachedVerifier(inner, { digest, now: clock.now, ...options })

  it('a verifier with a memory asks once for the same token and audience', async () => {
    const cached = verifier()
    const first = await cached.verify(new Credential('t'), CHAT)
    expect(await cached.verify(new Credential('t'), CHAT)).toEqual(first)
    expect(asked).toEqual([['t', CHAT]])
  })

  it('a verifier with a memory asks again with another proof, or without one: a token that is bound to a key is worth nothing without it', async () => {
    const cached = verifier()
    for (const options of [
      { keyThumbprint: 'a' },
      { keyThumbprint: 'b' },
      {},
      { keyThumbprint: 'a' },
      {},
    ])
      await cached.verify(new Credential('t'), CHAT, options)
    expect(asked).toHaveLength(3)
  })

  it('a verifier with a memory forgets no other token for one that it verifies again', async () => {
    const cached = verifier({ maxEntries: 2 })
    const verify = (text: string) => cached.verify(new Credential(text), CHAT)
    await verify('lasting')
    answer = () => granted(verifiedToken({ expiresAt: START + 10 }))
    await verify('short')
    clock.forward(20)
    answer = () => granted(verifiedToken())
    for (const text of ['short', 'lasting']) await verify(text)
    expect(asked.map(([text]) => text)).toEqual(['lasting', 'short', 'short'])
  })

  it('a verifier with a memory asks again for another audience: a token that is good for one is not good for all', async () => {
    answer = (_, audience) =>
      audience === CHAT ? granted(verifiedToken()) : refused('audience_mismatch')
    const cached = verifier()
    expect((await cached.verify(new Credential('t'), CHAT)).ok).toBe(true)
    expect((await cached.verify(new Credential('t'), MCP)).ok).toBe(false)
  })

  it('a verifier with a memory tells tokens apart that begin alike, however long (CVE-2026-35030)', async () => {
    const cached = verifier()
    const head = 'eyJhbGciOiJFUzI1NiJ9.'.repeat(50)
    const first = await cached.verify(new Credential(`${head}alice`), CHAT)
    const second = await cached.verify(new Credential(`${head}bob`), CHAT)
    expect([first, second].map((result) => result.ok && result.value.principal.subject)).toEqual([
      'alice',
      'bob',
    ])
  })

  it('a verifier with a memory does not remember refusals', async () => {
    answer = () => refused('issuer_unavailable')
    const cached = verifier()
    await cached.verify(new Credential('t'), CHAT)
    answer = () => granted(verifiedToken())
    expect((await cached.verify(new Credential('t'), CHAT)).ok).toBe(true)
  })

  it('a verifier with a memory asks again after the age at which a revocation must be seen', async () => {
    const cached = verifier({ maxAge: 60 })
    await cached.verify(new Credential('t'), CHAT)
    clock.forward(59)
    await cached.verify(new Credential('t'), CHAT)
    expect(asked).toHaveLength(1)
    clock.forward(1)
    answer = () => refused('token_inactive')
    expect((await cached.verify(new Credential('t'), CHAT)).ok).toBe(false)
  })

  it('a verifier with a memory never serves a token from memory after its own expiry', async () => {
    answer = () => granted(verifiedToken({ expiresAt: START + 10 }))
    const cached = verifier()
    await cached.verify(new Credential('t'), CHAT)
    clock.forward(10)
    answer = () => refused('token_expired')
    expect((await cached.verify(new Credential('t'), CHAT)).ok).toBe(false)
  })

  it('a verifier with a memory does not remember a token that was accepted within the tolerance after its expiry', async () => {
    answer = () => granted(verifiedToken({ expiresAt: START - 5 }))
    const cached = verifier()
    await cached.verify(new Credential('t'), CHAT)
    await cached.verify(new Credential('t'), CHAT)
    expect(asked).toHaveLength(2)
  })

  it('a verifier with a memory remembers a bounded number of tokens, the oldest going first', async () => {
    const cached = verifier({ maxEntries: 3 })
    for (const token of ['1', '2', '3', '4']) await cached.verify(new Credential(token), CHAT)
    asked = []
    for (const token of ['4', '3', '2']) await cached.verify(new Credential(token), CHAT)
    expect(asked).toEqual([])
    await cached.verify(new Credential('1'), CHAT)
    expect(asked).toEqual([['1', CHAT]])
  })

  it('a verifier with a memory hands the signal on', async () => {
    let seen: AbortSignal | undefined
    const cached = cachedVerifier(
      {
        async verify(_credential, _audience, options) {
          seen = options?.signal
          return refused('cancelled')
        },
      },
      { digest },
    )
    const { signal } = new AbortController()
    await cached.verify(new Credential('t'), CHAT, { signal })
    expect(seen).toBe(signal)
  })
})
