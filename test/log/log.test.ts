// The log under attack: whatever way a credential is put into a call, no line holds it.

import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../src/core/audit.ts'
import { Credential } from '../../src/core/credential.ts'
import { AuthError } from '../../src/core/errors.ts'
import { auditSink, createLog, type LogFields, type LogOptions } from '../../src/log/index.ts'

const JWT =
  'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUiLCJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLXNpZ25hdHVyZS1zaWduYXR1cmU'
const OPAQUE = 'Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZg'

function house(options: LogOptions = {}) {
  const lines: string[] = []
  const log = createLog({
    level: 'debug',
    now: () => 1_767_225_600_000,
    destination: { write: (line) => lines.push(line) },
    ...options,
  })
  return {
    lines,
    log,
    text: () => lines.join(''),
    parsed: () => lines.map((line) => JSON.parse(line)),
  }
}

/** Fields as a careless caller would pass them, past the compiler. */
const careless = (fields: object): LogFields => fields

describe('a line', () => {
  it('a line is JSON with a time, a level, a message and the named fields', () => {
    const { log, parsed, lines } = house()
    log.info('a request was served', {
      part: 'api',
      method: 'GET',
      path: '/api/tasks',
      status: 200,
      duration: 1.5,
      scopes: ['tasks:read'],
    })
    expect(parsed()).toEqual([
      {
        level: 'info',
        time: '2026-01-01T00:00:00.000Z',
        part: 'api',
        method: 'GET',
        path: '/api/tasks',
        status: 200,
        duration: 1.5,
        scopes: ['tasks:read'],
        message: 'a request was served',
      },
    ])
    expect(lines[0]?.endsWith('\n')).toBe(true)
  })

  it('a line is left out below the level', () => {
    const { log, lines } = house({ level: 'warn' })
    log.debug('x')
    log.info('x')
    log.warn('x')
    log.error('x')
    expect(lines).toHaveLength(2)
  })

  it('a line names no machine, process or program', () => {
    const { log, parsed } = house()
    log.info('x')
    expect(Object.keys(parsed()[0])).toEqual(['level', 'time', 'message'])
  })

  it('a line takes no level that does not exist', () => {
    const options: object = { level: 'trace' }
    expect(() => createLog(options)).toThrow(TypeError)
  })
})

describe('a credential never shows', () => {
  const error = Object.assign(new Error(`401 from server: Bearer ${JWT}`), {
    code: 'ERR_BAD_REQUEST',
    config: { headers: { Authorization: `Bearer ${JWT}` } },
  })
  const probes: [string, LogFields][] = [
    ['as a credential object in a field', careless({ subject: new Credential(JWT) })],
    ['in a list', careless({ scopes: [new Credential(JWT), `Bearer ${JWT}`] })],
    [
      'nested deeper than anybody declared',
      careless({ operation: { a: { b: { c: [{ authorization: JWT }] } } } }),
    ],
    [
      'in a field that nobody named',
      careless({ headers: { authorization: `Bearer ${JWT}` }, Authorization: JWT, token: OPAQUE }),
    ],
    ['in a field name', careless({ [JWT]: 1 })],
    ['in the message of an error', { error }],
    [
      'in the stack of an error',
      { error: Object.assign(new Error('x'), { stack: `Error: ${JWT}` }) },
    ],
    ['in the name or code of an error', { error: { name: JWT, code: `Bearer ${JWT}` } }],
    [
      'in a name that is a sentence, without any shape',
      { error: { name: `refused ${OPAQUE}`, code: `no ${OPAQUE}`, cause: { name: `${OPAQUE}!` } } },
    ],
    ['in a code that is a piece of a token', { error: { name: 'Error', code: JWT.slice(0, 20) } }],
    ['in a cause', { error: new Error('x', { cause: error }) }],
    ['in a cause of causes that form a ring', { error: ring(error) }],
    ['in an error of several', { error: new AggregateError([error], JWT) }],
    ['thrown as text', { error: JWT }],
    [
      'in an object with a getter that throws',
      {
        error: Object.defineProperty({}, 'name', {
          get: () => {
            throw error
          },
        }),
      },
    ],
    ['after Bearer', { operation: `Bearer ${JWT}` }],
    ['after bearer in other cases', { operation: `bEaReR ${OPAQUE}` }],
    ['after Basic', { operation: `Basic ${btoa(OPAQUE)}` }],
    ['after DPoP', { operation: `DPoP ${OPAQUE}` }],
    ['after Bearer, URL-encoded', { operation: `authorization=Bearer%20${OPAQUE}` }],
    ['after Bearer and several spaces', { operation: `Authorization:   Bearer   ${OPAQUE}` }],
    ['bare', { operation: JWT }],
    ['in the middle of words', { operation: `got ${JWT}, refused` }],
    ['without its signature', { operation: JWT.split('.').slice(0, 2).join('.') }],
    ['by its first 20 characters', { operation: JWT.slice(0, 20) }],
    [
      'in JSON inside a string',
      { operation: JSON.stringify({ access_token: OPAQUE, token_type: 'Bearer' }) },
    ],
    [
      'in JSON inside JSON inside a string',
      { operation: JSON.stringify(JSON.stringify({ refresh_token: OPAQUE })) },
    ],
    ['in a form', { operation: `grant_type=x&subject_token=${OPAQUE}&resource=y` }],
    ['in a form, with its names in capitals', { operation: `CLIENT_SECRET=${OPAQUE}` }],
    ['in a query', { url: `https://tasks.example/mcp?access_token=${OPAQUE}` }],
    ['in the user-info of a URL', { url: `https://alice:${OPAQUE}@tasks.example/mcp` }],
    ['in base64', { operation: Buffer.from(JWT).toString('base64') }],
    ['in base64 after Bearer', { operation: Buffer.from(`Bearer ${OPAQUE}`).toString('base64') }],
    ['at the edge of a long text', { operation: `${'x'.repeat(4076)}${JWT}` }],
  ]

  it.each(probes)('a credential never shows %s', (_, fields) => {
    const { log, text, lines } = house()
    for (const level of ['debug', 'info', 'warn', 'error', 'audit'] as const)
      log[level]('a probe', fields)
    expect(lines).toHaveLength(5)
    for (const secret of [
      JWT,
      JWT.slice(0, 20),
      JWT.split('.')[1] ?? '',
      OPAQUE,
      Buffer.from(JWT).toString('base64').slice(0, 40),
    ]) {
      expect(text()).not.toContain(secret)
    }
  })

  it.each([
    `Bearer ${JWT}`,
    `refused ${JWT}`,
    `{"access_token":"${OPAQUE}"}`,
    `https://a:${OPAQUE}@x.example`,
  ])('a credential never shows in the message: %#', (message) => {
    const { log, text } = house()
    log.error(message)
    expect(text()).not.toContain(OPAQUE)
    expect(text()).not.toContain(JWT.slice(0, 20))
  })

  it('a credential never shows by printf arguments, which are not taken', () => {
    const { log, text } = house()
    const loose: (...all: unknown[]) => void = (...all) => Reflect.apply(log.info, log, all)
    loose('token %s and %o', {}, JWT, { JWT })
    loose('token %s', JWT)
    expect(text()).not.toContain(JWT.slice(0, 20))
    expect(text()).toContain('%s')
  })
})

function ring(cause: Error): Error {
  const outer = new Error('outer', { cause })
  cause.cause ??= outer
  return outer
}

describe('an error', () => {
  it('an error is its name and code, and those of its causes', () => {
    const { log, parsed } = house()
    const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), {
      code: 'ECONNREFUSED',
    })
    log.error('x', { error: new TypeError('fetch failed', { cause }) })
    expect(parsed()[0].error).toEqual({
      name: 'TypeError',
      cause: { name: 'Error', code: 'ECONNREFUSED' },
    })
  })

  it('an error of ours has its reason, and the claim and the server by name', () => {
    const { log, parsed } = house()
    log.error('x', {
      error: new AuthError(
        { reason: 'claim_missing', claim: 'exp', server: 'tasks' },
        'a sentence',
      ),
    })
    expect(parsed()[0].error).toEqual({
      name: 'AuthError',
      code: 'claim_missing',
      claim: 'exp',
      server: 'tasks',
    })
  })

  it('an error that is none is named by its type', () => {
    const { log, parsed } = house()
    for (const error of ['text', 7, null, undefined, {}]) log.error('x', { error })
    expect(parsed().map((line) => line.error.name)).toEqual([
      'string',
      'number',
      'object',
      'undefined',
      'Error',
    ])
  })
})

describe('characters that a terminal or a reader obeys', () => {
  it.each([
    ['a line break', 'a\nlevel=error forged', '\n'],
    ['an ANSI escape', 'a\u001b[2Jb', '\u001b'],
    ['a C1 escape', 'a\u009b2Jb', '\u009b'],
    ['a backspace', 'a\bb', '\b'],
    ['a right-to-left override', 'a\u202etxt.exe', '\u202e'],
    ['a direction isolate', 'a\u2066b', '\u2066'],
    ['a zero-width space', 'a\u200bb', '\u200b'],
    ['a byte order mark', 'a\ufeffb', '\ufeff'],
    ['a line separator', 'a\u2028b', '\u2028'],
  ])('characters that a terminal or a reader obeys are written out: %s', (_, value, raw) => {
    const { log, lines, parsed } = house()
    log.info(value, { subject: value, scopes: [value] })
    const [line = ''] = lines
    expect(line.slice(0, -1)).not.toContain(raw)
    const code = `\\u${raw.charCodeAt(0).toString(16).padStart(4, '0')}`
    for (const text of [parsed()[0].message, parsed()[0].subject, parsed()[0].scopes[0]])
      expect(text).toContain(code)
  })
})

it('cuts what is too long', () => {
  const { log, text, parsed } = house()
  log.info('x'.repeat(1_000_000), { scopes: Array.from({ length: 1000 }, () => 'a') })
  expect(text().length).toBeLessThan(10_000)
  expect(parsed()[0].scopes).toHaveLength(50)
})

it('leaves alone what is no credential', () => {
  const { log, parsed } = house()
  const fields = {
    issuer: 'https://login.example/realms/a',
    subject: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
    client: '5d0f1b0a-3c9e-4c39-9a55-0d6b8a0d5d7f',
    trace: '4bf92f3577b34da6a3ce929d0e0e4736',
    audience: ['http://127.0.0.1:3001/mcp'],
    destination: 'https://tasks.example/mcp',
    placement: 'header Authorization',
    operation: 'tools/call taskflow_add_task',
    fingerprint: '0123456789abcdef0123456789abcdef',
  }
  log.info('the token expired', fields)
  expect(parsed()[0]).toMatchObject({ ...fields, message: 'the token expired' })
})

describe('the audit in the log', () => {
  const event: AuditEvent = {
    time: 1_767_225_601_000,
    hop: 'exchange',
    outcome: 'refused',
    reason: 'exchange_scope_refused',
    trace: '4bf92f3577b34da6a3ce929d0e0e4736',
    issuer: 'https://login.example',
    subject: 'alice',
    tenant: 'acme',
    client: 'taskflow-chat',
    actors: ['taskflow-chat'],
    audience: ['https://tasks.example/mcp'],
    scopes: ['tasks:write'],
    expiresAt: 1_767_225_900,
    destination: 'https://login.example',
    placement: 'body subject_token',
    operation: 'taskflow_add_task',
    fingerprint: '0123456789abcdef0123456789abcdef',
  }

  it('the audit in the log has every field of the event, at the time of the event', async () => {
    const { log, parsed } = house()
    await auditSink(log).record(event)
    expect(parsed()).toEqual([
      { level: 'audit', message: 'hop', ...event, time: '2026-01-01T00:00:01.000Z' },
    ])
  })

  it('the audit in the log is written whatever the level', async () => {
    const { log, lines } = house({ level: 'error' })
    await auditSink(log).record(event)
    expect(lines).toHaveLength(1)
  })

  it('the audit in the log fails when the destination does, so that the hop does too', () => {
    const { log } = house({
      destination: {
        write: () => {
          throw new Error('disk full')
        },
      },
    })
    expect(() => auditSink(log).record(event)).toThrow()
  })

  it('the audit in the log writes no field that an event does not have', async () => {
    const { log, text } = house()
    await auditSink(log).record(Object.assign({}, event, { credential: JWT, raw: OPAQUE }))
    expect(text()).not.toContain(OPAQUE)
    expect(text()).not.toContain('eyJ')
  })
})

it('a language model that gave no answer is told with its kind, status and code', () => {
  const { log, parsed, text } = house()
  const model = { kind: 'key_refused', status: 401, code: 'invalid_api_key' } as const
  const refusal = { reason: 'server_unavailable', server: 'The language model', model } as const
  log.error('an answer failed', { part: 'web', error: new AuthError(refusal, 'no') })
  const odd = { ...refusal, model: { ...model, code: `Bearer ${OPAQUE}` } }
  log.error('an answer failed', { part: 'web', error: new AuthError(odd, 'no') })
  expect(parsed()[0].error).toEqual({
    name: 'AuthError',
    code: 'server_unavailable',
    server: 'The language model',
    model,
  })
  expect(text()).not.toContain(OPAQUE)
})

describe("the app's own logger", () => {
  function appLogger() {
    const got: [string, unknown][] = []
    const to = (level: string) => (record: object) => void got.push([level, record])
    return { got, info: to('info'), error: to('error'), warn: to('warn') }
  }

  it('gets each event as one object, at its level, and without credentials', () => {
    const logger = appLogger()
    const log = createLog({ logger, now: () => 0, level: 'error' })
    log.debug('looked up')
    log.warn('slow')
    log.error('failed', { error: new Error(`no: ${JWT}`), part: `Bearer ${OPAQUE}` })
    expect(logger.got.map(([level]) => level)).toEqual(['info', 'warn', 'error'])
    expect(logger.got[1]?.[1]).toEqual({ time: '1970-01-01T00:00:00.000Z', message: 'slow' })
    expect(JSON.stringify(logger.got)).not.toMatch(/eyJ|Zm9v/)
  })

  it('gets the audit too, at info', async () => {
    const logger = appLogger()
    await auditSink(logger).record({ time: 0, hop: 'door', outcome: 'allowed', trace: 't' })
    expect(logger.got).toEqual([
      ['info', expect.objectContaining({ audit: true, hop: 'door', trace: 't', message: 'hop' })],
    ])
  })
})
