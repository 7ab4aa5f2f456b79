// A server that sends a credential back, through createOnBehalf: what one person's call shows
// protects the next person, also after a restart.

import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../src/core/audit.ts'
import type { BindingInput } from '../src/core/binding.ts'
import { memoryReflectionMarks } from '../src/core/carry/memory-reflection-marks.ts'
import type { ReflectionMarks } from '../src/core/carry/reflection-marks.ts'
import { granted } from '../src/core/errors.ts'
import { toSentence } from '../src/core/sentences.ts'
import { createOnBehalf } from '../src/on-behalf.ts'
import { openSqlite, sqliteReflectionMarks } from '../src/store/index.ts'
import { CHAT, ISSUER, issuedToken, START, verifiedToken } from './core/parts.ts'
import { callOf, LIST, OLD, post, type RpcServer, request, rpcServer, toldBy } from './mcp/parts.ts'
import { formsOf, groundForTest } from './store/ground.ts'

const RESOURCE = 'https://tasks.example/mcp'
const TOKEN = (subject: string) => `canary-of-${subject}-0123456789`
const QUARANTINED = toSentence({ reason: 'server_quarantined', server: 'tasks' })

/**
 * A server that answers `echo` with the credential that it got, in base64, and other calls as any
 * server does.
 */
function echoing(): Promise<RpcServer> {
  return rpcServer([], ({ message, request: { raw } }) => {
    const sent =
      raw.find(([name]) => name === 'authorization')?.[1].replace('Bearer ', '') ??
      JSON.stringify(message)
    if (message.params?.name === 'deep') return JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`)
    return {
      content: [
        {
          type: 'text',
          text: message.params?.name === 'echo' ? Buffer.from(sent).toString('base64') : 'done',
        },
      ],
    }
  })
}

function house(url: string, binding: Partial<BindingInput> = {}, marks?: ReflectionMarks) {
  const events: AuditEvent[] = []
  const onbehalf = createOnBehalf({
    resource: CHAT,
    authorizationServers: [ISSUER],
    servers: { tasks: { url, resource: RESOURCE, onReflection: 'quarantine', ...binding } },
    verifier: {
      async verify(credential) {
        const subject = credential.reveal().split('.')[1] ?? ''
        return granted(
          verifiedToken({
            principal: { issuer: ISSUER, subject, client: 'page' },
            expiresAt: START + 3600,
          }),
        )
      },
    },
    exchanger: {
      issuer: ISSUER,
      exchange: async (subject) =>
        granted(issuedToken(TOKEN(subject.reveal().split('.')[1] ?? ''))),
    },
    audit: { record: (event) => void events.push(event) },
    now: () => START * 1000,
    warn: () => {},
    ...(marks ? { reflectionMarks: marks } : {}),
  })
  async function caller(subject: string) {
    const headers = { authorization: `Bearer canary-subject-token.${subject}.x` }
    const admission = await onbehalf.admit(new Request(CHAT, { method: 'POST', headers }))
    if (!admission.ok) throw new Error(admission.refusal.reason)
    return admission.value
  }
  return {
    caller,
    events,
    fetch: async (subject: string) => (await caller(subject)).fetch('tasks'),
  }
}

describe('a server that sent back the credential of one person', () => {
  it('a server that sent back the credential of one person gets nothing of the next person, nor of the first, in any kind of request', async () => {
    await using server = await echoing()
    const made = house(server.url)
    const [ofAlice, ofBob] = [await made.fetch('alice'), await made.fetch('bob')]
    expect(await (await ofBob(server.url, post(callOf('add')))).text()).toContain('done')
    const answer = await (await ofAlice(server.url, post(callOf('echo')))).text()
    for (const form of formsOf(TOKEN('alice'))) expect(answer.includes(String(form))).toBe(false)
    const before = server.received.length
    for (const fetch of [ofAlice, ofBob, await made.fetch('carol')]) {
      expect(await toldBy(fetch(server.url, post(callOf('add'))))).toBe(QUARANTINED)
      for (const message of [
        LIST,
        request('initialize'),
        request('ping'),
        { jsonrpc: '2.0', method: 'notifications/initialized' },
      ])
        await expect(fetch(server.url, post(message))).rejects.toMatchObject({
          code: 'server_quarantined',
          message: QUARANTINED,
        })
      for (const method of ['GET', 'DELETE'])
        await expect(fetch(server.url, { method })).rejects.toMatchObject({
          code: 'server_quarantined',
        })
    }
    expect(server.received.length).toBe(before)
    const refused = made.events.filter(({ reason }) => reason === 'server_quarantined')
    expect(refused.map(({ subject }) => subject)).toEqual([
      ...Array(7).fill('alice'),
      ...Array(7).fill('bob'),
      ...Array(7).fill('carol'),
    ])
    expect(
      new Set(refused.map(({ hop, outcome, destination }) => `${hop} ${outcome} ${destination}`)),
    ).toEqual(new Set([`carry refused ${RESOURCE}`]))
  })

  it('a server that sent back the credential of one person gets nothing that needs no credential either: a session’s requests', async () => {
    await using server = await echoing()
    const made = house(server.url, { placement: { type: 'session' } })
    const fetch = await made.fetch('alice')
    await fetch(server.url, post(callOf('echo')))
    const before = server.received.length
    expect(
      await toldBy(fetch(server.url, post(callOf('add'), { 'mcp-session-id': 'a-session' }))),
    ).toBe(QUARANTINED)
    expect(server.received.length).toBe(before)
  })

  it('a server that sent back the credential of one person is called as before by default, and marked all the same', async () => {
    await using server = await echoing()
    const marks = memoryReflectionMarks()
    const fetch = await house(server.url, { onReflection: 'redact' }, marks).fetch('alice')
    await fetch(server.url, post(callOf('echo')))
    expect(await (await fetch(server.url, post(callOf('add')))).text()).toContain('done')
    expect(await marks.list()).toEqual([{ resource: RESOURCE, since: START * 1000 }])
  })

  it('a server that sent back the credential of one person is not marked by answers that hold none', async () => {
    await using server = await echoing()
    const marks = memoryReflectionMarks()
    const fetch = await house(server.url, {}, marks).fetch('alice')
    // Too deep to be searched is withheld, and nothing that was seen.
    for (const name of ['add', 'deep']) {
      const answer = await (await fetch(server.url, post(callOf(name)))).text()
      expect(answer.includes('[content withheld]')).toBe(name === 'deep')
    }
    expect(await marks.list()).toEqual([])
  })

  it('a server that sent back the credential of one person is still refused after a restart, until an operator clears the mark, which holds nothing of the credential', async () => {
    await using server = await echoing()
    const ground = groundForTest()
    const database = openSqlite(ground.path)
    const first = await house(server.url, {}, sqliteReflectionMarks(database)).fetch('alice')
    await (await first(server.url, post(callOf('echo')))).text()
    database.close()

    const marks = sqliteReflectionMarks(ground.open())
    const fetch = await house(server.url, {}, marks).fetch('bob')
    const before = server.received.length
    expect(await toldBy(fetch(server.url, post(callOf('add'))))).toBe(QUARANTINED)
    expect(server.received.length).toBe(before)
    expect(await marks.list()).toEqual([{ resource: RESOURCE, since: START * 1000 }])
    const bytes = ground.bytes()
    expect(bytes.includes(RESOURCE)).toBe(true)
    for (const form of [...formsOf(TOKEN('alice')), 'canary', 'alice'])
      expect(bytes.includes(form)).toBe(false)

    // Another process, as `onbehalf marks clear` is one.
    expect(await sqliteReflectionMarks(ground.open()).clear(RESOURCE)).toBe(true)
    expect(await (await fetch(server.url, post(callOf('add')))).text()).toContain('done')
  })

  it('a server that sent back the credential of one person gets no literal token in a prompt; references, which open nothing, are given', async () => {
    await using server = await rpcServer([OLD])
    const marks = memoryReflectionMarks()
    const literal = await house(
      server.url,
      { placement: { type: 'prompt', insecurelyShowLiteralTokens: true } },
      marks,
    ).caller('alice')
    const referring = await house(server.url, { placement: { type: 'prompt' } }, marks).caller(
      'alice',
    )
    expect(await literal.promptValues('tasks')).toMatchObject({ access_token: TOKEN('alice') })
    await marks.mark(RESOURCE, 1)
    await expect(literal.promptValues('tasks')).rejects.toMatchObject({
      code: 'server_quarantined',
    })
    const { access_token, user_id } = await referring.promptValues('tasks')
    expect(
      await toldBy(
        referring.fetch('tasks')(
          server.url,
          post(callOf('add_task', { title: 'x', access_token, user_id })),
        ),
      ),
    ).toBe(QUARANTINED)
    expect(server.received).toEqual([])
  })

  it('a server that sent back the credential of one person is refused while the marks cannot be read', async () => {
    await using server = await echoing()
    const isMarked = () => Promise.reject(new Error('canary'))
    const fetch = await house(server.url, {}, { ...memoryReflectionMarks(), isMarked }).fetch(
      'alice',
    )
    await toldBy(fetch(server.url, post(callOf('add'))))
    expect(server.received).toEqual([])
  })
})
