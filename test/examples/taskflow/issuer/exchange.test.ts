// Token exchange over HTTP, with the clients' real authentication and real tokens of this issuer
// and of others.

import { decodeJwt, importJWK, type JWTPayload, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { signInWithCode } from '../../../../examples/taskflow/issuer/code-flow.ts'
import { ACCESS_TOKEN_TYPE } from '../../../../examples/taskflow/issuer/exchange-policy.ts'
import type { PrivateKey } from '../../../../examples/taskflow/keys.ts'
import { signIn } from '../sign-in.ts'
import { type RunningIssuer, resources, startIssuer, web } from './running-issuer.ts'
import { exchange, post, refresh } from './token-client.ts'

let running: RunningIssuer
let other: RunningIssuer
let chatToken: string
let mcpToken: string

beforeAll(async () => {
  running = await startIssuer()
  other = await startIssuer()
  chatToken = await signIn({ issuer: running.issuer, as: 'alice' })
  mcpToken = await signIn({ issuer: running.issuer, as: 'alice', resource: resources.mcp })
})
afterAll(async () => {
  await running.stop()
  await other.stop()
  expect(running.failures).toEqual([])
})

const toMcp = { resource: resources.mcp }
const toApi = { resource: resources.api }

describe('the chain from chat to API', () => {
  it('the chain from chat to API keeps the person, names each actor, and ends with the subject token', async () => {
    const first = await exchange(running, 'taskflow-chat', { subject_token: chatToken, ...toMcp })
    expect(first).toMatchObject({
      status: 200,
      issued_token_type: ACCESS_TOKEN_TYPE,
      token_type: 'Bearer',
      scope: 'tasks:read tasks:write',
    })
    const forMcp = decodeJwt(first.access_token)
    expect(forMcp).toMatchObject({
      sub: 'alice',
      name: 'Alice',
      aud: resources.mcp,
      client_id: 'taskflow-chat',
      act: { sub: 'taskflow-chat' },
    })
    const second = await exchange(running, 'taskflow-mcp', {
      subject_token: first.access_token,
      ...toApi,
      scope: 'tasks:read',
    })
    const forApi = decodeJwt(second.access_token)
    expect(forApi).toMatchObject({
      sub: 'alice',
      name: 'Alice',
      aud: resources.api,
      client_id: 'taskflow-mcp',
      scope: 'tasks:read',
      act: { sub: 'taskflow-mcp', act: { sub: 'taskflow-chat' } },
    })
    expect(forMcp.exp).toBeLessThanOrEqual(decodeJwt(chatToken).exp ?? 0)
    expect(forApi.exp).toBeLessThanOrEqual(forMcp.exp ?? 0)
    expect(second.expires_in).toBeLessThanOrEqual(300)
    expect(new Set([decodeJwt(chatToken).jti, forMcp.jti, forApi.jti]).size).toBe(3)
  })

  it('the chain from chat to API takes the target as audience, too', async () => {
    const answer = await exchange(running, 'taskflow-chat', {
      subject_token: chatToken,
      audience: resources.mcp,
    })
    expect(decodeJwt(answer.access_token).aud).toBe(resources.mcp)
  })

  it('the chain from chat to API gives no refresh token', async () => {
    expect(
      await exchange(running, 'taskflow-chat', { subject_token: chatToken, ...toMcp }),
    ).not.toHaveProperty('refresh_token')
  })
})

describe('requests that are refused', () => {
  it('the exchange refuses a request without a subject token', async () => {
    expect(await exchange(running, 'taskflow-chat', toMcp)).toMatchObject({
      status: 400,
      error: 'invalid_request',
    })
  })

  it('the exchange refuses a subject token sent twice', async () => {
    const twice = { subject_token: [chatToken, chatToken], ...toMcp }
    expect(await exchange(running, 'taskflow-chat', twice)).toMatchObject({
      status: 400,
      error: 'invalid_request',
    })
  })

  it('the exchange refuses more scope than the subject token has', async () => {
    const narrow = await signIn({ issuer: running.issuer, as: 'alice', scope: 'tasks:read' })
    const wide = { subject_token: narrow, ...toMcp, scope: 'tasks:read tasks:write' }
    expect(await exchange(running, 'taskflow-chat', wide)).toMatchObject({
      status: 400,
      error: 'invalid_scope',
    })
  })

  it.each([
    ['the API in one step', [resources.api]],
    ['a resource that nobody knows', ['https://evil.example/mcp']],
    ['two resources', [resources.mcp, resources.api]],
  ])('the exchange refuses %s as the target', async (_name, resource) => {
    const answer = await exchange(running, 'taskflow-chat', { subject_token: chatToken, resource })
    expect(answer).toMatchObject({ status: 400, error: 'invalid_target' })
  })

  it.each(['taskflow-page', 'taskflow-cli'] as const)(
    'the exchange refuses the public client %s',
    async (client) => {
      const answer = await exchange(running, client, { subject_token: chatToken, ...toMcp })
      expect(answer).toMatchObject({ status: 400, error: 'unauthorized_client' })
    },
  )

  it('the exchange refuses a client that cannot prove who it is', async () => {
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      client_id: 'taskflow-mcp',
      subject_token: mcpToken,
    }
    expect(await post(running, '/oauth/token', form)).toMatchObject({
      status: 401,
      error: 'invalid_client',
    })
    const headers = {
      authorization: `Basic ${Buffer.from('taskflow-mcp:wrong').toString('base64')}`,
    }
    expect(await post(running, '/oauth/token', form, { headers })).toMatchObject({
      status: 401,
      error: 'invalid_client',
    })
  })

  it('the exchange refuses an exchange-only client that asks for a token of its own', async () => {
    const form = { grant_type: 'client_credentials', scope: 'tasks:read' }
    const secret = running.keys.mcpClientSecret.reveal()
    const headers = {
      authorization: `Basic ${Buffer.from(`taskflow-mcp:${secret}`).toString('base64')}`,
    }
    expect((await post(running, '/oauth/token', form, { headers })).error).toBe(
      'unsupported_grant_type',
    )
  })
})

describe('subject tokens that are refused', () => {
  const refused = async (client: 'taskflow-chat' | 'taskflow-mcp', token: string) => {
    const answer = await exchange(running, client, {
      subject_token: token,
      ...(client === 'taskflow-chat' ? toMcp : toApi),
    })
    expect(answer).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect(answer).not.toHaveProperty('access_token')
  }

  it('the exchange refuses a subject token: one for another server', async () => {
    await refused('taskflow-chat', mcpToken)
    await refused('taskflow-mcp', chatToken)
  })

  it('the exchange refuses a subject token: one for the API, which nobody may exchange', async () => {
    const apiToken = await signIn({ issuer: running.issuer, as: 'alice', resource: resources.api })
    await refused('taskflow-chat', apiToken)
    await refused('taskflow-mcp', apiToken)
  })

  it('the exchange refuses a subject token: an ID token, also when it is called an access token', async () => {
    const page = { clientId: 'taskflow-page', redirectUri: `${web}/` }
    const { idToken } = await signInWithCode({
      issuer: running.issuer,
      as: 'alice',
      ...page,
      scope: 'openid tasks:read',
    })
    await refused('taskflow-chat', idToken?.reveal() ?? '')
  })

  it('the exchange refuses a subject token: one that another issuer signed', async () => {
    await refused('taskflow-chat', await signIn({ issuer: other.issuer, as: 'alice' }))
  })

  it('the exchange refuses a subject token: one whose claims were changed', async () => {
    const [header, , signature] = chatToken.split('.')
    const claims = Buffer.from(JSON.stringify({ ...decodeJwt(chatToken), sub: 'bob' })).toString(
      'base64url',
    )
    await refused('taskflow-chat', `${header}.${claims}.${signature}`)
  })

  it('the exchange refuses a subject token: one without a signature', async () => {
    const [, claims] = chatToken.split('.')
    const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url')
    await refused('taskflow-chat', `${header}.${claims}.`)
  })

  it.each(['', 'not-a-token', 'a.b.c'])(
    'the exchange refuses a subject token: one that is no token at all, %j',
    async (text) => {
      const answer = await exchange(running, 'taskflow-chat', { subject_token: text, ...toMcp })
      expect(['invalid_grant', 'invalid_request']).toContain(answer.error)
    },
  )

  it.each([
    ['expired', { exp: Math.floor(Date.now() / 1000) - 1 }],
    ['without the grant behind it', { gid: undefined }],
    ['with a grant that does not exist', { gid: 'made-up' }],
    ['of another person than the grant’s', { sub: 'bob' }],
    ['from another issuer by name', { iss: 'https://evil.example' }],
    ['with a malformed actor', { act: 'taskflow-chat' }],
  ] as const)(
    'the exchange refuses a subject token: one %s, even if the issuer had signed it',
    async (_name, change) => {
      await refused(
        'taskflow-chat',
        await sign(running.keys.issuerKey, { ...decodeJwt(chatToken), ...change }),
      )
    },
  )

  it('the exchange refuses a subject token: one of another type, even if the issuer had signed it', async () => {
    await refused('taskflow-chat', await sign(running.keys.issuerKey, decodeJwt(chatToken), 'JWT'))
  })

  it('the exchange refuses a subject token: one signed with the chat client’s key', async () => {
    await refused('taskflow-chat', await sign(running.keys.chatClientKey, decodeJwt(chatToken)))
  })

  it('the exchange refuses a subject token: one that has expired by the clock', async () => {
    const token = await signIn({ issuer: running.issuer, as: 'bob' })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 301_000 })
    try {
      await refused('taskflow-chat', token)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('a grant that has ended', () => {
  const page = { clientId: 'taskflow-page', redirectUri: `${web}/` }
  const both = { resources: [resources.chat, resources.api] }

  it('the end of a grant by revocation ends both exchanges behind it', async () => {
    const signedIn = await signInWithCode({ issuer: running.issuer, as: 'alice', ...page, ...both })
    const subject = { subject_token: signedIn.accessToken.reveal(), ...toMcp }
    const before = await exchange(running, 'taskflow-chat', subject)
    expect(before.status).toBe(200)
    const token = signedIn.refreshToken?.reveal() ?? ''
    expect(
      (await post(running, '/oauth/revoke', { client_id: 'taskflow-page', token })).status,
    ).toBe(200)
    expect((await exchange(running, 'taskflow-chat', subject)).error).toBe('invalid_grant')
    expect(
      (await exchange(running, 'taskflow-mcp', { subject_token: before.access_token, ...toApi }))
        .error,
    ).toBe('invalid_grant')
    expect((await refresh(running, token)).error).toBe('invalid_grant')
  })

  it('the end of a grant by reuse of a refresh token ends both exchanges behind it', async () => {
    const signedIn = await signInWithCode({ issuer: running.issuer, as: 'bob', ...page, ...both })
    const first = signedIn.refreshToken?.reveal() ?? ''
    await refresh(running, first)
    expect((await refresh(running, first)).error).toBe('invalid_grant')
    const subject = { subject_token: signedIn.accessToken.reveal(), ...toMcp }
    expect((await exchange(running, 'taskflow-chat', subject)).error).toBe('invalid_grant')
  })

  it('the end of a grant of one person does not end the other’s', async () => {
    const subject = { subject_token: await signIn({ issuer: running.issuer, as: 'bob' }), ...toMcp }
    const alice = await signInWithCode({ issuer: running.issuer, as: 'alice', ...page })
    await post(running, '/oauth/revoke', {
      client_id: 'taskflow-page',
      token: alice.refreshToken?.reveal() ?? '',
    })
    expect((await exchange(running, 'taskflow-chat', subject)).status).toBe(200)
  })
})

async function sign(
  { kid, ...key }: PrivateKey,
  claims: JWTPayload,
  typ = 'at+jwt',
): Promise<string> {
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ, kid })
    .sign(await importJWK({ ...key }, 'ES256'))
}
