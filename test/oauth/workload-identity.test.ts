// Workload identity: what is sent, and that a refusal is neither repeated nor told as somebody's
// sign-in.

import { describe, expect, it } from 'vitest'
import {
  clientSecretBasic,
  type WorkloadIdentityOptions,
  workloadIdentity,
} from '../../src/oauth/index.ts'
import { type FakeServer, fakeServer, ISSUER, NOW, secret } from './server.ts'

const target = { resource: 'https://tasks.example/mcp', scopes: ['tasks:read'] }
const goodBody = { access_token: 'new-token', token_type: 'Bearer', expires_in: 300 }
const answering = (body: unknown, status = 200) => fakeServer(() => Response.json(body, { status }))

function issuing(server: FakeServer, options: Partial<WorkloadIdentityOptions> = {}) {
  return workloadIdentity({
    issuer: ISSUER,
    clientId: 'nightly',
    assertion: () => secret('jwt.of.workload'),
    fetch: server.fetch,
    now: () => NOW * 1000,
    ...options,
  })
}

describe('the request of a workload', () => {
  it('is the form of RFC 7523 section 2.1, by a client that only says its id', async () => {
    const server = answering(goodBody)
    expect(await issuing(server).issue(target)).toMatchObject({
      ok: true,
      value: { scopes: ['tasks:read'], expiresAt: NOW + 300 },
    })
    const [request] = server.requests
    expect(Object.fromEntries(request?.form ?? [])).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      client_id: 'nightly',
      assertion: 'jwt.of.workload',
      resource: 'https://tasks.example/mcp',
      scope: 'tasks:read',
    })
    expect(request?.headers.has('authorization')).toBe(false)
  })

  it('has the target’s audience, no empty scope, and a client authentication where one is given', async () => {
    const server = answering(goodBody)
    const issuer = issuing(server, { client: clientSecretBasic(secret('s3cr3t')) })
    await issuer.issue({ resource: target.resource, scopes: [], audience: 'tasks' })
    expect(server.requests[0]?.form.get('audience')).toBe('tasks')
    expect(server.requests[0]?.form.has('scope')).toBe(false)
    expect(server.requests[0]?.headers.get('authorization')).toBe(`Basic ${btoa('nightly:s3cr3t')}`)
  })

  it('asks the platform for its JWT each time', async () => {
    const server = answering(goodBody)
    let count = 0
    const issuer = issuing(server, { assertion: async () => secret(`jwt-number-${++count}`) })
    await issuer.issue(target)
    await issuer.issue(target)
    expect(server.requests.map(({ form }) => form.get('assertion'))).toEqual([
      'jwt-number-1',
      'jwt-number-2',
    ])
  })
})

describe('a refusal of a workload', () => {
  it.each([
    ['invalid_grant', 'exchange_client_refused'],
    ['unauthorized_client', 'exchange_client_refused'],
    ['invalid_scope', 'exchange_scope_refused'],
    ['invalid_target', 'exchange_target_refused'],
  ])('a refusal of a workload: %s is %s, after one request', async (error, reason) => {
    const server = answering({ error }, 400)
    expect(await issuing(server).issue(target)).toMatchObject({ ok: false, refusal: { reason } })
    expect(server.requests).toHaveLength(1)
  })

  it('a refusal of a workload is also an answer that gives the assertion back', async () => {
    const server = answering({ ...goodBody, access_token: 'jwt.of.workload' })
    expect(await issuing(server).issue(target)).toMatchObject({ ok: false })
  })

  it('when the platform gives no JWT, nothing is sent and its error is not repeated', async () => {
    const server = answering(goodBody)
    const issuer = issuing(server, {
      assertion: () => Promise.reject(new Error('jwt.of.workload expired')),
    })
    expect(await issuer.issue(target)).toEqual({
      ok: false,
      refusal: { reason: 'exchange_failed' },
    })
    expect(server.requests).toEqual([])
  })

  it('a caller who gives up, and a platform that hangs, end in time', async () => {
    const server = answering(goodBody)
    const hanging = issuing(server, { assertion: () => new Promise(() => {}), deadline: 20 })
    expect(await hanging.issue(target)).toMatchObject({ refusal: { reason: 'issuer_unavailable' } })
    const signal = AbortSignal.abort()
    expect(await issuing(server).issue(target, { signal })).toMatchObject({
      refusal: { reason: 'cancelled' },
    })
  })
})
