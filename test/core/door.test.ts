import { describe, expect, it } from 'vitest'
import { type AuditEvent, createAuditor } from '../../src/core/audit.ts'
import { Credential } from '../../src/core/credential.ts'
import { createDoor, type DoorOptions } from '../../src/core/door/door.ts'
import { readCredential, readPresented } from '../../src/core/door/read-credential.ts'
import { granted, type RefusalReason, type Result, refused } from '../../src/core/errors.ts'
import type { TokenVerifier, VerifiedToken } from '../../src/core/verify/verify.ts'
import { alice, CHAT, readableAudit, reasonOf, verifiedToken } from './parts.ts'

const TOKEN = 'canary-of-the-door.abc-_~+/'
const METADATA = 'https://app.example/.well-known/oauth-protected-resource/chat'

function request(
  headers: ConstructorParameters<typeof Headers>[0] = { authorization: `Bearer ${TOKEN}` },
  url = CHAT,
): Request {
  return new Request(url, { method: 'POST', headers })
}

describe('reading the credential of a request', () => {
  it.each<[string, string | undefined, RefusalReason | 'granted']>([
    ['a bearer token', `Bearer ${TOKEN}`, 'granted'],
    ['the scheme in lower case', `bearer ${TOKEN}`, 'granted'],
    ['the scheme in upper case', `BEARER ${TOKEN}`, 'granted'],
    ['several spaces', `Bearer   ${TOKEN}  `, 'granted'],
    ['padding', 'Bearer abc==', 'granted'],
    ['the longest token', `Bearer ${'a'.repeat(8192)}`, 'granted'],
    ['no header', undefined, 'credential_missing'],
    ['an empty header', '', 'credential_missing'],
    ['another scheme', 'Basic YTpi', 'credential_missing'],
    ['a scheme that begins alike', `Bearer2 ${TOKEN}`, 'credential_missing'],
    ['DPoP, which is not offered', `DPoP ${TOKEN}`, 'credential_missing'],
    ['a token without a scheme', TOKEN, 'credential_missing'],
    ['the scheme alone', 'Bearer', 'credential_malformed'],
    ['the scheme and spaces', 'Bearer   ', 'credential_malformed'],
    ['two tokens', `Bearer ${TOKEN} ${TOKEN}`, 'credential_malformed'],
    ['a token too long', `Bearer ${'a'.repeat(8193)}`, 'credential_malformed'],
    ['a token in quotes', `Bearer "${TOKEN}"`, 'credential_malformed'],
    ['padding inside', 'Bearer ab=c', 'credential_malformed'],
    ['a placeholder', 'Bearer <token>', 'credential_malformed'],
    ['a letter that is not ASCII', 'Bearer tok\u00e9n', 'credential_malformed'],
    ['two credentials in one header', `Bearer ${TOKEN}, Bearer other`, 'credential_repeated'],
    ['another scheme first', `Basic YTpi, Bearer ${TOKEN}`, 'credential_repeated'],
    ['a comma at the end', `Bearer ${TOKEN},`, 'credential_repeated'],
  ])('reading the credential of a request takes %s: %s → %s', (_, value, reason) => {
    const result = readCredential(request(value === undefined ? {} : { authorization: value }))
    expect(reasonOf(result)).toBe(reason)
  })

  it('reading the credential of a request refuses two Authorization headers, even when both say the same', () => {
    const headers = new Headers()
    headers.append('authorization', `Bearer ${TOKEN}`)
    headers.append('authorization', `Bearer ${TOKEN}`)
    expect(reasonOf(readCredential(request(headers)))).toBe('credential_repeated')
  })

  it('reading the credential of a request takes one from a place of its own, and refuses a token in the query there, too', () => {
    const presented = { credential: granted(new Credential(TOKEN)), placement: 'session handle' }
    expect(readPresented(request({}), presented)).toBe(presented.credential)
    expect(reasonOf(readPresented(request({}, `${CHAT}?access_token=x`), presented))).toBe(
      'credential_in_query',
    )
  })

  it.each(['access_token=x', 'a=b&access_token=', 'access%5Ftoken=x', 'access_token'])(
    'reading the credential of a request refuses a token in the query: %s',
    (query) => {
      expect(reasonOf(readCredential(request(undefined, `${CHAT}?${query}`)))).toBe(
        'credential_in_query',
      )
    },
  )

  it.each(['my_access_token=x', 'token=x', 'a=access_token'])(
    'reading the credential of a request does not mind the query %s',
    (query) => {
      expect(readCredential(request(undefined, `${CHAT}?${query}`)).ok).toBe(true)
    },
  )

  it('reading the credential of a request gives the token as it came', () => {
    const result = readCredential(request())
    expect(result.ok && result.value.reveal()).toBe(TOKEN)
  })
})

function doorWith(
  result: Result<VerifiedToken> | (() => Promise<Result<VerifiedToken>>),
  options: Partial<DoorOptions> = {},
) {
  const audit = readableAudit()
  const audiences: (string | readonly string[])[] = []
  const verifier: TokenVerifier = {
    async verify(_, audience) {
      audiences.push(audience)
      return typeof result === 'function' ? result() : result
    },
  }
  return {
    door: createDoor({ resource: CHAT, verifier, auditor: audit.auditor, ...options }),
    events: audit.events,
    audiences,
  }
}

describe('a door', () => {
  it('a door admits a verified token, and records who came with what', async () => {
    const { door, events, audiences } = doorWith(granted(verifiedToken()))
    const admission = await door.admit(request())
    if (!admission.ok) throw new Error('refused')
    expect(admission.value.principal).toEqual(alice)
    expect(admission.value.credential.reveal()).toBe(TOKEN)
    expect(audiences).toEqual([CHAT])
    expect(events).toEqual([
      {
        time: expect.any(Number),
        hop: 'door',
        outcome: 'allowed',
        trace: admission.value.trace,
        issuer: alice.issuer,
        subject: 'alice',
        client: 'page',
        audience: [CHAT],
        scopes: ['tasks:read', 'tasks:write'],
        expiresAt: verifiedToken().expiresAt,
        destination: CHAT,
        placement: 'header Authorization',
        fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    ])
    expect(JSON.stringify(events)).not.toMatch(/canary|jti-of/)
  })

  it('a door asks for its canonical resource, however it was spelled', async () => {
    const { door, audiences } = doorWith(granted(verifiedToken()), {
      resource: 'https://APP.example:443/chat',
    })
    await door.admit(request())
    expect([door.resource, ...audiences]).toEqual([CHAT, CHAT])
  })

  it('a door takes the trace of the request', async () => {
    const { door, events } = doorWith(granted(verifiedToken()))
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
    await door.admit(
      request({ authorization: `Bearer ${TOKEN}`, traceparent: `00-${trace}-00f067aa0ba902b7-01` }),
    )
    expect(events[0]?.trace).toBe(trace)
  })

  it.each<
    [
      string,
      Result<VerifiedToken>,
      ConstructorParameters<typeof Headers>[0] | undefined,
      number,
      string,
    ]
  >([
    [
      'no credential',
      granted(verifiedToken()),
      {},
      401,
      `Bearer scope="tasks:read", resource_metadata="${METADATA}"`,
    ],
    [
      'a malformed one',
      granted(verifiedToken()),
      { authorization: 'Bearer' },
      400,
      `Bearer error="invalid_request", error_description="The Authorization header is malformed: it must be \\"Bearer\\" and one access token.", resource_metadata="${METADATA}"`,
    ],
    [
      'an expired one',
      refused('token_expired'),
      undefined,
      401,
      `Bearer error="invalid_token", error_description="The access token has expired.", scope="tasks:read", resource_metadata="${METADATA}"`,
    ],
    [
      'one for another audience',
      refused('audience_mismatch'),
      undefined,
      401,
      `Bearer error="invalid_token", error_description="The access token is not valid here.", scope="tasks:read", resource_metadata="${METADATA}"`,
    ],
    [
      'one without the scope',
      granted(verifiedToken({ scopes: [] })),
      undefined,
      403,
      `Bearer error="insufficient_scope", error_description="The access token lacks a scope that this needs (tasks:read).", scope="tasks:read", resource_metadata="${METADATA}"`,
    ],
  ])('a door answers %s with its challenge', async (_, result, headers, status, challenge) => {
    const { door, events } = doorWith(result, { scopes: ['tasks:read'] })
    const admission = await door.admit(request(headers))
    if (admission.ok) throw new Error('admitted')
    expect(admission.response.status).toBe(status)
    expect(admission.response.headers.get('www-authenticate')).toBe(challenge)
    expect(admission.response.headers.get('cache-control')).toBe('no-store')
    expect(events.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['refused', admission.refusal.reason],
    ])
    expect(JSON.stringify([events, await admission.response.text()])).not.toContain('canary')
  })

  it('a door answers an issuer that is down with 503 and no challenge, and records a failure', async () => {
    const { door, events } = doorWith(refused('issuer_unavailable'))
    const admission = await door.admit(request())
    if (admission.ok) throw new Error('admitted')
    expect([admission.response.status, admission.response.headers.get('www-authenticate')]).toEqual(
      [503, null],
    )
    expect(admission.response.headers.get('retry-after')).toBe('5')
    expect(events[0]?.outcome).toBe('failed')
  })

  it('a door admits nobody when the verifier throws, and says nothing of what it threw', async () => {
    const { door, events } = doorWith(() => Promise.reject(new Error(`could not verify ${TOKEN}`)))
    const admission = await door.admit(request())
    if (admission.ok) throw new Error('admitted')
    expect(admission.refusal).toEqual({ reason: 'issuer_unavailable' })
    expect(JSON.stringify([events, await admission.response.text()])).not.toContain('canary')
  })

  it('a door names all the scopes that an operation needs in one challenge, and says which operation in the audit', async () => {
    const { door, events } = doorWith(granted(verifiedToken({ scopes: ['a'] })), { scopes: ['a'] })
    const admission = await door.admit(request(), {
      scopes: ['b', 'a', 'c'],
      operation: 'tools/call add',
    })
    if (admission.ok) throw new Error('admitted')
    expect(admission.response.headers.get('www-authenticate')).toContain('scope="a b c"')
    expect(events[0]).toMatchObject({
      operation: 'tools/call add',
      reason: 'scope_missing',
      scopes: ['a'],
    })
  })

  it('a door refuses an admitted request for lack of scopes, and records it', async () => {
    const { door, events } = doorWith(granted(verifiedToken()), { hop: 'server-door' })
    const admission = await door.admit(request())
    if (!admission.ok) throw new Error('refused')
    const { refusal, response } = await door.refuse(admission.value, ['admin'], 'tools/call wipe')
    expect([refusal.reason, response.status]).toEqual(['scope_missing', 403])
    expect(response.headers.get('www-authenticate')).toContain('scope="admin"')
    expect(events.at(-1)).toMatchObject({
      hop: 'server-door',
      outcome: 'refused',
      operation: 'tools/call wipe',
      subject: 'alice',
    })
  })

  it.each<[string, string | undefined, RefusalReason | 'granted']>([
    ['is not there', undefined, 'granted'],
    ['equals the subject', 'alice', 'granted'],
    ['names another subject', 'bob', 'subject_header_mismatch'],
    ['differs in case', 'Alice', 'subject_header_mismatch'],
    ['is empty, as a proxy sends it for nobody', '', 'granted'],
    ['is sent twice', 'alice, alice', 'subject_header_mismatch'],
  ])(
    'a door holds the subject header against the subject: when it %s',
    async (_, value, reason) => {
      const { door } = doorWith(granted(verifiedToken()), { subjectHeader: 'X-User-ID' })
      const admission = await door.admit(
        request({
          authorization: `Bearer ${TOKEN}`,
          ...(value === undefined ? {} : { 'x-user-id': value }),
        }),
      )
      expect(reasonOf(admission)).toBe(reason)
      expect(admission.ok ? 200 : admission.response.status).toBe(reason === 'granted' ? 200 : 400)
    },
  )

  it('a door never takes a subject header for identity, and does not look at it unless asked', async () => {
    const { door } = doorWith(granted(verifiedToken()))
    const admission = await door.admit(
      request({ authorization: `Bearer ${TOKEN}`, 'x-user-id': 'bob' }),
    )
    expect(admission.ok && admission.value.principal.subject).toBe('alice')
    expect((await door.admit(request({ 'x-user-id': 'alice' }))).ok).toBe(false)
  })

  it('a door admits nobody whom it cannot record', async () => {
    const auditor = createAuditor({
      record() {
        throw new Error('disk full')
      },
    })
    const { door } = doorWith(granted(verifiedToken()), { auditor })
    const admission = await door.admit(request())
    if (admission.ok) throw new Error('admitted')
    expect([admission.refusal.reason, admission.response.status]).toEqual([
      'audit_unavailable',
      503,
    ])
    expect(await admission.response.text()).not.toContain('disk')
  })

  it('a door refuses for its own reason when the refusal cannot be recorded', async () => {
    const auditor = () => Promise.reject<void>(new Error('disk full'))
    const { door } = doorWith(refused('signature_invalid'), { auditor })
    const admission = await door.admit(request())
    expect(reasonOf(admission)).toBe('signature_invalid')
  })

  it('a door hands the request’s signal to the verifier', async () => {
    let seen: AbortSignal | undefined
    const events: AuditEvent[] = []
    const door = createDoor({
      resource: CHAT,
      auditor: createAuditor({ record: (event) => void events.push(event) }),
      verifier: {
        async verify(_credential, _audience, options) {
          seen = options?.signal
          return refused('cancelled')
        },
      },
    })
    const controller = new AbortController()
    await door.admit(
      new Request(CHAT, {
        headers: { authorization: `Bearer ${TOKEN}` },
        signal: controller.signal,
      }),
    )
    controller.abort()
    expect(seen?.aborted).toBe(true)
  })

  it('a door says what to give it in place of a request of node:http', async () => {
    const { door } = doorWith(granted(verifiedToken()))
    const incoming = { method: 'GET', url: '/chat', headers: { authorization: 'Bearer t' } }
    await expect(door.admit(incoming as never)).rejects.toThrow(
      /^admit takes a Request of the web standard\. .* give toRequest\(incoming\) of onbehalf\/node/,
    )
    await expect(door.admit(undefined as never)).rejects.toThrow(TypeError)
  })

  it('a door cannot be made for a resource that is none', () => {
    expect(() => doorWith(granted(verifiedToken()), { resource: 'http://app.example' })).toThrow(
      TypeError,
    )
  })
})
