// Tokens of connected accounts that are bound to a key (RFC 9449): the code, the refresh, and a key
// that outlives the process in the store, sealed.

import { createHash } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import type { ConnectionServer } from '../../../src/oauth/index.ts'
import { alice } from '../../core/parts.ts'
import { type House, house, tokenOf } from './house.ts'

/** A house whose authorization server binds its tokens, and records the proofs. */
function binding(tasks: Partial<ConnectionServer> = { dpop: true }, type = 'DPoP') {
  const app = house({ tasks })
  let count = 0
  const proofs: string[] = []
  app.one.answer = ({ path, dpop }) => {
    if (path !== '/token') return undefined
    if (dpop !== null) proofs.push(dpop)
    return Response.json({
      access_token: `bound-${++count}`,
      token_type: type,
      expires_in: 60,
      refresh_token: `refresh-${count}`,
    })
  }
  return { app, proofs }
}

const jktOf = (proof: string) => {
  const { jwk } = decodeProtectedHeader(proof)
  const { crv, kty, x, y } = jwk ?? {}
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
}

async function connect(app: House) {
  const begun = await app.begin()
  return { begun, response: await app.back(begun) }
}

describe('an account whose tokens are bound to a key', () => {
  it('binds the code and the tokens to it, and gives a proof for each request', async () => {
    const { app, proofs } = binding()
    const { begun } = await connect(app)
    expect(proofs).toHaveLength(1)
    const [proof = ''] = proofs
    expect(begun.location.searchParams.get('dpop_jkt')).toBe(jktOf(proof))
    expect(decodeJwt(proof)).toMatchObject({ htm: 'POST', htu: 'https://login.example/token' })
    const issued = await app.connections.credential(alice, 'tasks')
    if (!issued.ok) throw new Error(issued.refusal.reason)
    const made = await issued.value.proof?.({ method: 'GET', url: 'https://tasks.example/mcp?a=1' })
    const header = decodeProtectedHeader(made ?? '')
    const verified = await jwtVerify(made ?? '', await importJWK(header.jwk ?? {}, 'ES256'))
    expect(verified.payload).toMatchObject({
      htm: 'GET',
      htu: 'https://tasks.example/mcp',
      ath: createHash('sha256').update('bound-1').digest('base64url'),
    })
    expect(jktOf(made ?? '')).toBe(jktOf(proof))
  })

  it('keeps the key in the store as a secret, so that another process refreshes with it', async () => {
    const { app, proofs } = binding()
    await connect(app)
    const record = await app.record()
    expect(Object.keys(record?.secrets ?? {})).toEqual(['accessToken', 'refreshToken', 'dpopKey'])
    const { d } = JSON.parse(record?.secrets.dpopKey?.reveal() ?? '{}')
    expect(d).toMatch(/^[\w-]{43}$/)
    expect(JSON.stringify([record, app.events])).not.toContain(d)
    app.clock.forward(120)
    expect(await tokenOf(app.instance().credential(alice, 'tasks'))).toBe('bound-2')
    expect(new Set(proofs.map(jktOf)).size).toBe(1)
  })

  it('has a key of its own for each connection', async () => {
    const { app, proofs } = binding()
    await connect(app)
    await connect(app)
    expect(new Set(proofs.map(jktOf)).size).toBe(2)
  })

  it('sends the nonce that the server asks for', async () => {
    const { app, proofs } = binding()
    const answer = app.one.answer
    let asked = 0
    app.one.answer = (received) =>
      received.path === '/token' && asked++ === 0
        ? Response.json(
            { error: 'use_dpop_nonce' },
            { status: 400, headers: { 'dpop-nonce': 'nonce-1' } },
          )
        : answer?.(received)
    await connect(app)
    expect(proofs.map((proof) => decodeJwt(proof).nonce)).toEqual(['nonce-1'])
  })

  it('is not connected by a bearer token, at once or at a refresh', async () => {
    const { app } = binding({ dpop: true }, 'Bearer')
    const { response } = await connect(app)
    expect(response.headers.get('location')).toContain('connect_error=refused')
    expect(app.events.at(-1)).toMatchObject({ claim: 'token_type', expected: 'DPoP' })
  })

  it('is bound where the server offers it, when the operator says so, and not otherwise', async () => {
    const offered = binding({ dpop: 'offered' })
    offered.app.one.metadata = { dpop_signing_alg_values_supported: ['ES256'] }
    expect((await offered.app.begin()).location.searchParams.has('dpop_jkt')).toBe(true)
    const not = binding({ dpop: 'offered' })
    expect((await not.app.begin()).location.searchParams.has('dpop_jkt')).toBe(false)
    const silent = binding({})
    silent.app.one.metadata = { dpop_signing_alg_values_supported: ['ES256'] }
    expect((await silent.app.begin()).location.searchParams.has('dpop_jkt')).toBe(false)
  })

  it('does not become a bearer token because the metadata that offers the binding is kept away', async () => {
    const endpoints = {
      authorization: 'https://login.example/authorize',
      token: 'https://login.example/token',
    }
    const { app } = binding({ dpop: 'offered', pkce: 'S256', endpoints })
    app.one.metadata = {
      get dpop_signing_alg_values_supported(): never {
        throw new Error('the connection was reset')
      },
    }
    const request = new Request('https://app.example/connect')
    const response = await app.connections.start(request, alice, 'tasks', '/chat')
    expect([response.status, response.headers.get('location')]).toEqual([503, null])
    expect(app.events.at(-1)).toMatchObject({ reason: 'issuer_unavailable' })
  })
})
