// For whom an issued token is: it is looked at before a server is sent it, and the audit records
// what it really names.

import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../src/core/audit.ts'
import type { Source } from '../src/core/binding.ts'
import { Credential } from '../src/core/credential.ts'
import { AuthError, granted } from '../src/core/errors.ts'
import type { ExchangeTarget, IssuedToken } from '../src/core/source/exchange.ts'
import { clientSecretBasic, tokenExchanger } from '../src/oauth/index.ts'
import { createOnBehalf } from '../src/on-behalf.ts'
import { CHAT, ISSUER, issuedToken, START, verifiedToken } from './core/parts.ts'

const TASKS = 'https://tasks.example/mcp'
const OTHER = 'https://other.example/mcp'

const encode = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url')

/** A token as an issuer makes it. */
const jwt = (claims: object) => `${encode({ alg: 'ES256' })}.${encode(claims)}.c2ln`

/** An app with two servers, whose issuer gives this token for whatever it is asked. */
function house(
  token: string | ((target: ExchangeTarget) => IssuedToken),
  source: Source = { type: 'exchange', scopes: ['tasks:read'] },
  audience?: string,
) {
  const events: AuditEvent[] = []
  const sent: string[] = []
  const asked: ExchangeTarget[] = []
  const issue = (target: ExchangeTarget) => {
    asked.push(target)
    return granted(typeof token === 'string' ? issuedToken(token) : token(target))
  }
  const onbehalf = createOnBehalf({
    resource: CHAT,
    ...(audience === undefined ? {} : { audience }),
    authorizationServers: [ISSUER],
    verifier: { verify: async () => granted(verifiedToken()) },
    exchanger: { issuer: ISSUER, exchange: async (_, target) => issue(target) },
    clientCredentials: { issuer: ISSUER, issue: async (target) => issue(target) },
    servers: {
      Tasks: { url: TASKS, source },
      Other: { url: OTHER, source: { type: 'exchange', scopes: [], audience: 'other-id' } },
    },
    audit: { record: (event) => void events.push(event) },
    now: () => START * 1000,
    fetch: async (_, init) => {
      sent.push(new Headers(init?.headers).get('authorization') ?? '')
      return Response.json({})
    },
  })
  async function call(): Promise<string> {
    const request = new Request(CHAT, { headers: { authorization: 'Bearer subject.token.x' } })
    const admission = await onbehalf.admit(request)
    if (!admission.ok) throw new Error(admission.refusal.reason)
    try {
      const response = await admission.value.fetch('Tasks')(TASKS)
      return String(response.status)
    } catch (error) {
      return error instanceof AuthError ? error.code : String(error)
    }
  }
  return { call, events, sent, asked }
}

describe('a readable token', () => {
  it.each<[string, unknown]>([
    ['the server', TASKS],
    ['the server, in a list', [TASKS]],
    ['the server with a slash more', `${TASKS}/`],
    ['the server and somebody unknown', ['account', TASKS]],
  ])('a readable token for %s is sent, and the audit says for whom it is', async (_, aud) => {
    const made = house(jwt({ aud }))
    expect([await made.call(), made.sent.length]).toEqual(['200', 1])
    const audiences = made.events.filter(({ hop }) => hop !== 'door').map((event) => event.audience)
    expect(audiences).toEqual([[aud].flat(), [aud].flat()])
  })

  it.each<[string, unknown, string]>([
    ['another server', OTHER, OTHER],
    ['another server by the name that the issuer has for it', 'other-id', 'other-id'],
    ['another server as well', [TASKS, OTHER], `${TASKS} and ${OTHER}`],
    ['another server as well, with a slash', [TASKS, `${OTHER}/`], `${TASKS} and ${OTHER}/`],
    ['another server as well, by its other name', [TASKS, 'other-id'], `${TASKS} and other-id`],
    ['the app itself as well', [TASKS, CHAT], `${TASKS} and ${CHAT}`],
    ['the client that exchanged it', 'app', 'app'],
    ['nobody', undefined, 'no audience'],
    ['nobody, in a list', [], 'no audience'],
    ['a number', 7, 'no audience'],
    ['a server that begins alike', `${TASKS}2`, `${TASKS}2`],
    ['the server in other case', TASKS.toUpperCase(), TASKS.toUpperCase()],
  ])('a readable token for %s is not sent', async (_, aud, found) => {
    const made = house(jwt({ ...(aud === undefined ? {} : { aud }) }))
    expect([await made.call(), made.sent]).toEqual(['exchange_target_refused', []])
    const exchange = made.events.find(({ hop }) => hop === 'exchange')
    expect(exchange).toMatchObject({
      outcome: 'refused',
      reason: 'exchange_target_refused',
      claim: 'aud',
      expected: TASKS,
      found,
    })
    expect(exchange?.audience).toEqual(found === 'no audience' ? [] : found.split(' and '))
  })

  it('a readable token for the app is not sent by the name that the app’s tokens have', async () => {
    const made = house(jwt({ aud: [TASKS, 'the-app'] }), undefined, 'the-app')
    expect([await made.call(), made.sent]).toEqual(['exchange_target_refused', []])
  })

  it('a readable token is for the server by the names that the operator gave it', async () => {
    const source: Source = { type: 'exchange', scopes: [], audience: ['tasks-id', 'api://tasks'] }
    const made = house(jwt({ aud: 'api://tasks' }), source)
    expect(await made.call()).toBe('200')
    expect(made.asked[0]?.audience).toBe('tasks-id')
  })

  it('a readable token of the app itself is looked at as well', async () => {
    const source: Source = { type: 'client-credentials', scopes: [], audience: 'tasks-id' }
    expect(await house(jwt({ aud: [TASKS, OTHER] }), source).call()).toBe('exchange_target_refused')
    const made = house(jwt({ aud: 'tasks-id' }), source)
    expect([await made.call(), made.asked[0]?.audience]).toEqual(['200', 'tasks-id'])
  })

  it('a readable token tells the audit nothing of itself', async () => {
    const secret = jwt({ aud: [TASKS], canary: 'canary-in-the-token' })
    const whole = jwt({ aud: [TASKS, secret, 'Bearer canary-0123456789'] })
    const made = house(whole)
    expect(await made.call()).toBe('200')
    expect(JSON.stringify(made.events)).not.toMatch(/canary|eyJ/)
  })

  it('a readable token is refused again and again, and never remembered', async () => {
    const made = house(jwt({ aud: OTHER }))
    await made.call()
    await made.call()
    expect([made.asked.length, made.sent]).toEqual([2, []])
  })
})

it.each(['opaque', 'a.b.c', `${encode({})}.${encode([])}.x`, 'a.b.c.d.e'])(
  'a token that only its issuer can read (%s) is sent, and recorded for the server',
  async (token) => {
    const made = house(token)
    expect([await made.call(), made.sent]).toEqual(['200', [`Bearer ${token}`]])
    expect(made.events.at(-1)?.audience).toEqual([TASKS])
  },
)

describe('scopes of the target', () => {
  it('scopes of the target that the person’s token does not hold are asked for when the issuer decides', async () => {
    const source: Source = {
      type: 'exchange',
      scopes: ['api://tasks/Tasks.Read'],
      scopesFromIssuer: true,
    }
    const made = house('opaque', source)
    expect(await made.call()).toBe('200')
    expect(made.asked[0]?.scopes).toEqual(['api://tasks/Tasks.Read'])
  })

  it('scopes of the target are the issuer’s default when it decides and none is named', async () => {
    const made = house('opaque', { type: 'exchange', scopes: [], scopesFromIssuer: true })
    await made.call()
    expect(made.asked[0]?.scopes).toEqual([])
  })

  it('scopes of the target are otherwise only those that the person’s token holds', async () => {
    const made = house('opaque', { type: 'exchange', scopes: ['api://tasks/Tasks.Read'] })
    expect([await made.call(), made.asked]).toEqual(['scope_missing', []])
  })
})

it('the words of the authorization server are in the audit, and nowhere else', async () => {
  const events: AuditEvent[] = []
  const onbehalf = createOnBehalf({
    resource: CHAT,
    authorizationServers: [ISSUER],
    verifier: { verify: async () => granted(verifiedToken()) },
    exchanger: tokenExchanger({
      issuer: ISSUER,
      tokenEndpoint: `${ISSUER}/token`,
      clientId: 'app',
      client: clientSecretBasic(new Credential('s3cr3t-of-the-app')),
      fetch: async () =>
        Response.json(
          {
            error: 'access_denied',
            error_description: 'Client app with s3cr3t-of-the-app is not in the audience',
          },
          { status: 403 },
        ),
    }),
    servers: { Tasks: { url: TASKS, source: { type: 'exchange', scopes: ['tasks:read'] } } },
    audit: { record: (event) => void events.push(event) },
    now: () => START * 1000,
    fetch: async () => Response.json({}),
  })
  const request = new Request(CHAT, { headers: { authorization: 'Bearer subject.token.x' } })
  const admission = await onbehalf.admit(request)
  if (!admission.ok) throw new Error(admission.refusal.reason)
  const error: unknown = await admission.value
    .fetch('Tasks')(TASKS)
    .catch((thrown) => thrown)
  if (!(error instanceof AuthError)) throw new Error('no AuthError')
  expect(error.message).toBe(
    'This was not done: the sign-in service does not allow it for Tasks. An administrator can find the reason in the audit log.',
  )
  expect(JSON.stringify([error, error.refusal])).not.toContain('audience')
  expect(events.filter(({ reason }) => reason === 'exchange_access_denied')).toMatchObject([
    {
      hop: 'exchange',
      outcome: 'refused',
      authorizationServerError: 'access_denied',
      authorizationServerErrorDescription: 'Client app with [credential] is not in the audience',
    },
    { hop: 'carry', authorizationServerError: 'access_denied' },
  ])
})

it.each([[''], ['  '], [['a', '']]])('an audience of %j is refused at the start', (audience) => {
  expect(() => house('opaque', { type: 'exchange', scopes: [], audience })).toThrow(
    /servers\.Tasks\.source\.audience/,
  )
})

it('a credential that is for nobody else is what an exchanger of your own is held to, too', async () => {
  const made = house(() => ({
    credential: new Credential(jwt({ aud: OTHER })),
    expiresAt: START + 300,
    scopes: [],
    audience: [TASKS],
  }))
  expect([await made.call(), made.sent]).toEqual(['exchange_target_refused', []])
})

describe('a token of the app’s own, without an audience', () => {
  const source: Source = { type: 'client-credentials', scopes: [], audience: 'the-client' }
  const token = jwt({ client_id: 'the-client' })

  it('is sent where its issuer says what stands for it', async () => {
    const made = house(() => ({ ...issuedToken(token), audience: ['the-client'] }), source)
    expect([await made.call(), made.sent]).toEqual(['200', [`Bearer ${token}`]])
    expect(made.events.at(-1)?.audience).toEqual(['the-client'])
  })

  it.each<[string, IssuedToken]>([
    ['nothing', issuedToken(token)],
    ['another client', { ...issuedToken(token), audience: ['another-client'] }],
    ['another server as well', { ...issuedToken(token), audience: ['the-client', 'other-id'] }],
    [
      'what its own audience is not',
      { ...issuedToken(jwt({ aud: OTHER })), audience: ['the-client'] },
    ],
  ])('is not sent where its issuer says that %s stands for it', async (_, issued) => {
    const made = house(() => issued, source)
    expect([await made.call(), made.sent]).toEqual(['exchange_target_refused', []])
  })

  it('is refused with the setting that is missing', async () => {
    const made = house(token, source)
    await made.call()
    expect(made.events.at(-1)?.found).toContain('audienceClaim of clientCredentials')
  })
})
