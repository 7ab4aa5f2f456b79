// Client credentials, identity assertions and DPoP against real authorization servers, and the
// tokens that come out at a real door.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDoor } from '../../src/core/door/door.ts'
import type { Result } from '../../src/core/errors.ts'
import type { IssuedToken } from '../../src/core/source/exchange.ts'
import { dpopProofs, jwtVerifier } from '../../src/jwt/index.ts'
import {
  clientCredentials,
  clientSecretBasic,
  type DpopKey,
  dpopKey,
  identityAssertionExchanger,
} from '../../src/oauth/index.ts'
import { readableAudit } from '../core/parts.ts'
import { AGENT, type Providers, RESOURCE, startProviders } from './providers.ts'
import { secret } from './server.ts'

let providers: Providers
let dpop: DpopKey
beforeAll(async () => {
  providers = await startProviders()
  dpop = await dpopKey()
})
afterAll(async () => {
  await Promise.all([providers.identity.stop(), providers.resource.stop()])
})

const target = { resource: RESOURCE, scopes: ['tasks:read', 'tasks:write'] }
const registered = (issuer: string) => ({
  issuer,
  clientId: AGENT.id,
  client: clientSecretBasic(secret(AGENT.secret)),
})

function exchangerWith(options: { readonly dpop?: DpopKey } = {}) {
  return identityAssertionExchanger({
    identityProvider: registered(providers.identity.issuer),
    authorizationServer: registered(providers.resource.issuer),
    subjectTokenType: 'id-token',
    ...options,
  })
}

/** A door of the resource; it is opened as `carry` opens it. */
function doorOfResource() {
  const verifier = jwtVerifier({ issuer: providers.resource.issuer })
  const door = createDoor({
    resource: RESOURCE,
    verifier,
    auditor: readableAudit().auditor,
    proofs: dpopProofs(),
  })
  return async (token: IssuedToken, changes: Record<string, string> = {}) => {
    const proof = await token.proof?.({ method: 'POST', url: RESOURCE })
    const scheme = proof === undefined ? 'Bearer' : 'DPoP'
    const authorization = `${scheme} ${token.credential.reveal()}`
    const headers = { authorization, ...(proof === undefined ? {} : { dpop: proof }), ...changes }
    const admission = await door.admit(new Request(RESOURCE, { method: 'POST', headers }))
    if (!admission.ok) return { reason: admission.refusal.reason, headers }
    const { principal, token: verified } = admission.value
    return {
      reason: 'admitted',
      subject: principal.subject,
      scopes: verified.scopes,
      bound: verified.boundTo !== undefined,
      headers,
    }
  }
}

function token(result: Result<IssuedToken>): IssuedToken {
  if (!result.ok) throw new Error(result.refusal.reason)
  return result.value
}

describe('client credentials', () => {
  it('client credentials are a token for the resource, as the client itself', async () => {
    const issued = token(
      await clientCredentials(registered(providers.resource.issuer)).issue(target),
    )
    expect(issued).toMatchObject({ scopes: target.scopes, tokenId: expect.any(String) })
    const open = doorOfResource()
    expect(await open(issued)).toMatchObject({
      reason: 'admitted',
      subject: AGENT.id,
      scopes: target.scopes,
      bound: false,
    })
  })

  it('client credentials are refused for an unknown resource', async () => {
    const result = await clientCredentials(registered(providers.resource.issuer)).issue({
      ...target,
      resource: 'https://other.example/mcp',
    })
    expect(result).toMatchObject({ ok: false, refusal: { reason: 'exchange_target_refused' } })
  })

  it('client credentials open nothing with an unknown scope that the server drops in silence', async () => {
    const issuing = clientCredentials(registered(providers.resource.issuer))
    const open = doorOfResource()
    expect(
      await open(token(await issuing.issue({ ...target, scopes: ['tasks:admin'] }))),
    ).toMatchObject({ scopes: [] })
  })

  it('client credentials are refused with a wrong secret, and where the client may not use them', async () => {
    const wrong = {
      ...registered(providers.resource.issuer),
      client: clientSecretBasic(secret('wrong')),
    }
    expect(await clientCredentials(wrong).issue(target)).toMatchObject({
      refusal: { reason: 'exchange_client_refused' },
    })
    expect(
      await clientCredentials(registered(providers.identity.issuer)).issue(target),
    ).toMatchObject({ ok: false })
  })

  it('client credentials with a key are bound to it: two requests for the nonce, one from then on', async () => {
    const { log } = providers.resource
    const before = log.length
    const client = clientCredentials({
      ...registered(providers.resource.issuer),
      dpop: await dpopKey(),
    })
    const issued = token(await client.issue(target))
    expect(log.slice(before).map(({ status }) => status)).toEqual([400, 200])
    token(await client.issue(target))
    expect(log.slice(before).map(({ status }) => status)).toEqual([400, 200, 200])

    const open = doorOfResource()
    const first = await open(issued)
    expect(first).toMatchObject({ reason: 'admitted', subject: AGENT.id, bound: true })
    expect(await open(issued, first.headers)).toMatchObject({ reason: 'proof_replayed' })
    expect(await open(issued)).toMatchObject({ reason: 'admitted' })
    expect(
      await open(issued, { authorization: `Bearer ${issued.credential.reveal()}` }),
    ).toMatchObject({
      reason: 'claim_invalid',
    })
  })
})

describe('an identity assertion', () => {
  it('an identity assertion makes an ID token of one server a token of another, for the same person and the resource alone', async () => {
    const open = doorOfResource()
    const alice = token(
      await exchangerWith().exchange(secret(await providers.identity.idTokenOf('alice')), target),
    )
    expect(await open(alice)).toMatchObject({
      reason: 'admitted',
      subject: 'alice',
      scopes: target.scopes,
      bound: false,
    })
    const bob = token(
      await exchangerWith().exchange(secret(await providers.identity.idTokenOf('bob')), target),
    )
    expect(bob.scopes).toEqual(['tasks:read'])
    expect(await open(bob)).toMatchObject({
      reason: 'admitted',
      subject: 'bob',
      scopes: ['tasks:read'],
    })
  })

  it('an identity assertion leads to a token that is bound to a key', async () => {
    const subject = secret(await providers.identity.idTokenOf('alice'))
    const alice = token(await exchangerWith({ dpop }).exchange(subject, target))
    const open = doorOfResource()
    expect(await open(alice)).toMatchObject({ reason: 'admitted', subject: 'alice', bound: true })
    const stolen = {
      credential: alice.credential,
      expiresAt: alice.expiresAt,
      scopes: alice.scopes,
    }
    expect(await open(stolen)).toMatchObject({ reason: 'claim_invalid' })
  })

  it.each<[string, () => Promise<string>]>([
    ['is no token', async () => 'not.a.token'],
    [
      'was changed',
      async () => `${(await providers.identity.idTokenOf('alice')).slice(0, -4)}AAAA`,
    ],
  ])('an identity assertion is not had for a subject token that %s', async (_, subject) => {
    const before = providers.resource.log.length
    const result = await exchangerWith().exchange(secret(await subject()), target)
    expect(result).toMatchObject({ refusal: { reason: 'exchange_grant_refused' } })
    expect(providers.resource.log).toHaveLength(before)
  })

  it('an identity assertion for another resource is refused by the server of this one', async () => {
    const subject = secret(await providers.identity.idTokenOf('alice'))
    const result = await exchangerWith().exchange(subject, {
      ...target,
      resource: 'https://other.example/mcp',
    })
    expect(result).toMatchObject({ refusal: { reason: 'exchange_target_refused' } })
  })
})
