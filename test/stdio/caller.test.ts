// A stdio server whose process onbehalf starts, from the app's options to the environment of a real
// server, by the clients of both SDKs.

import { Client } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { afterEach, describe, expect, it } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import { toSentence } from '../../src/core/sentences.ts'
import { type BindingInput, type Caller, createOnBehalf, type OnBehalf } from '../../src/index.ts'
import { alice, bob, CHAT, deferred, ISSUER } from '../core/parts.ts'
import { BY_ENV, RESOURCE, stdioHouse } from './house.ts'
import { PROGRAM as CHILD } from './parts.ts'
import { isGone } from './processes.ts'

const KEY = (of: string) => `canary-${of}-x7Kq2mPz9Lw4vRt8c3`

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

function house(...args: Parameters<typeof stdioHouse>) {
  const made = stdioHouse(...args)
  ends.push(() => made.processes.close())
  return made
}

/** An app where alice and bob have keys. */
async function houseWithKeys(...args: Parameters<typeof stdioHouse>) {
  const made = house(...args)
  for (const person of [alice, bob])
    await made.keys.put(person, RESOURCE, new Credential(KEY(person.subject)))
  return made
}

const textOf = (result: unknown) =>
  (result as { content: { text: string }[] }).content.map(({ text }) => text).join()

async function connected(caller: Caller, client: Client | ClientV1 = newV1()) {
  await client.connect(caller.transport('everything'))
  ends.push(() => client.close())
  return client
}
const newV1 = () => new ClientV1({ name: 'test', version: '1.0.0' })

/** What a process of the person was started with. */
async function about(caller: Caller) {
  const transport = caller.transport('everything')
  const answered = deferred<object>()
  transport.onmessage = answered.resolve
  await transport.send({ jsonrpc: '2.0', id: 1, method: 'about' })
  const { result } = (await answered.promise) as {
    result: { pid: number; env: Record<string, string>; args: string[] }
  }
  await transport.close()
  return result
}

describe.each([
  ['v1', newV1],
  [
    'v2',
    () => new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } }),
  ],
] as const)('the everything server, started for each person, by the SDK %s', (_, makeClient) => {
  it('works, and never gives the key back', async () => {
    const { caller, events } = await houseWithKeys()
    const client = await connected(await caller(), makeClient())
    expect((await client.listTools()).tools.length).toBeGreaterThan(8)
    const environment = textOf(await client.callTool({ name: 'get-env', arguments: {} }))
    expect(environment).toContain('EVERYTHING_TOKEN')
    expect(environment).not.toContain('canary')
    expect(Object.keys(JSON.parse(environment))).toEqual(['EVERYTHING_TOKEN'])
    expect(events.map(({ reason }) => reason)).toContain('credential_reflected')
    expect(JSON.stringify(events)).not.toContain('canary')
  })

  it('is the same process in the next run of the person', async () => {
    const { caller, log } = await houseWithKeys()
    for (let run = 0; run < 3; run++) {
      const person = await caller()
      const client = makeClient()
      await client.connect(person.transport('everything'))
      expect(
        textOf(await client.callTool({ name: 'echo', arguments: { message: `${run}` } })),
      ).toBe(`Echo: ${run}`)
      await client.close()
      await person.end()
    }
    expect(log.filter(({ text }) => text.startsWith('Starting')).length).toBe(1)
  })
})

describe('a credential in the start of a process', () => {
  it('is recorded as a hop before the process starts, and with each message', async () => {
    const { caller, order } = await houseWithKeys({ ...BY_ENV, process: CHILD })
    await about(await caller())
    await about(await caller())
    expect(order).toEqual(Array(2).fill(['env EVERYTHING_TOKEN', 'process']).flat())
  })

  it('does not start a process that the audit cannot record', async () => {
    const { caller, order } = await houseWithKeys(BY_ENV, {
      audit: {
        record({ hop }) {
          if (hop === 'carry') throw new Error('full')
        },
      },
    })
    await expect(connected(await caller())).rejects.toMatchObject({ code: 'audit_unavailable' })
    expect(order).toEqual([])
  })

  it('that nobody has starts no process', async () => {
    const { caller, order } = house()
    await expect(connected(await caller())).rejects.toMatchObject({ code: 'connection_needed' })
    expect(order).not.toContain('process')
  })

  it('that is taken away is missed by the next call', async () => {
    const { caller, keys } = await houseWithKeys()
    const client = await connected(await caller())
    await keys.remove(alice, RESOURCE)
    expect(await client.callTool({ name: 'echo', arguments: { message: 'x' } })).toMatchObject({
      isError: true,
      content: [{ text: toSentence({ reason: 'connection_needed', server: 'everything' }) }],
    })
  })

  it('that is replaced ends the process, and the next client gets one with the new value', async () => {
    const { caller, keys } = await houseWithKeys()
    const person = await caller()
    const client = await connected(person)
    const closed = deferred<void>()
    client.onclose = closed.resolve
    await keys.put(alice, RESOURCE, new Credential('another-key-of-alice-0123'))
    expect(await client.callTool({ name: 'echo', arguments: { message: 'x' } })).toMatchObject({
      isError: true,
      content: [{ text: toSentence({ reason: 'server_unreachable', server: 'everything' }) }],
    })
    await closed.promise
    const next = await connected(person)
    const environment = textOf(await next.callTool({ name: 'get-env', arguments: {} }))
    expect(environment).not.toContain('another-key')
    expect(environment).toContain('credential removed')
  })

  it('is filled into templates, of several variables and arguments', async () => {
    const warnings: string[] = []
    const { caller, events } = await houseWithKeys(
      {
        ...BY_ENV,
        process: CHILD,
        placement: [
          {
            type: 'env',
            variables: {
              BASIC: '{base64:{claim:email}:{credential}}',
              HEADERS: '{{"Authorization":"Bearer {credential}"}}',
              WHO: '{subject}',
            },
          },
          { type: 'args', args: ['--key={credential}', '{claim:email}'] },
        ],
      },
      { warn: (message) => void warnings.push(message) },
    )
    const { env, args } = await about(await caller())
    expect(env.WHO).toBe('alice')
    expect(env.HEADERS).toMatch(/^\{"Authorization":"Bearer \[/)
    expect(args[0]).toMatch(/^--key=\[/)
    expect(args[1]).toBe('alice@example.com')
    expect(JSON.stringify([env, args])).not.toContain('canary')
    expect(env.BASIC).not.toBe(btoa(`alice@example.com:${KEY('alice')}`))
    expect(events.flatMap(({ hop, placement }) => (hop === 'carry' ? [placement] : []))).toContain(
      'env BASIC, env HEADERS, args',
    )
    expect(warnings.join()).toMatch(/every user of the machine can read/)
  })

  it('is refused as an argument when it looks like an option', async () => {
    const binding: BindingInput = {
      ...BY_ENV,
      process: CHILD,
      placement: { type: 'args', args: ['{credential}'] },
    }
    const { caller, keys, order } = house(binding, { warn: () => {} })
    await keys.put(alice, RESOURCE, new Credential('--config=/etc/passwd'))
    await expect(about(await caller())).rejects.toMatchObject({ code: 'credential_malformed' })
    expect(order).not.toContain('process')
  })
})

describe('two people', () => {
  it('have processes of their own, with their own keys', async () => {
    const { caller } = await houseWithKeys({ ...BY_ENV, process: CHILD })
    const pidOf = async (...who: Parameters<typeof caller>) =>
      (await about(await caller(...who))).pid
    const [one, two] = [await pidOf('alice'), await pidOf('bob')]
    expect(one).not.toBe(two)
    expect([await pidOf('alice'), await pidOf('bob')]).toEqual([one, two])
    await expect(pidOf('alice', 'another-tenant')).rejects.toMatchObject({
      code: 'connection_needed',
    })
  })

  it('are not mixed when both call at once, many times', async () => {
    const { caller } = await houseWithKeys({
      ...BY_ENV,
      placement: [
        { type: 'env', variables: { EVERYTHING_TOKEN: '{credential}' } },
        {
          type: 'argument',
          parameters: [{ pointer: '/message', value: 'subject', tool: 'echo' }],
        },
      ],
    })
    const run = async (subject: string) => {
      const client = newV1()
      await client.connect((await caller(subject)).transport('everything'))
      const said = textOf(await client.callTool({ name: 'echo', arguments: {} }))
      await client.close()
      return said
    }
    const people = ['alice', 'bob', 'alice', 'bob']
    const expected = people.map((name) => `Echo: ${name}`)
    expect(await Promise.all(people.map(run))).toEqual(expected)
    expect(await Promise.all(people.map(run))).toEqual(expected)
  })
})

describe('the end', () => {
  const person = { issuer: alice.issuer, subject: 'alice' }

  it.each([
    ['revoke', (app: OnBehalf) => app.revoke(person)],
    ['endSignIn', (app: OnBehalf) => app.endSignIn(person)],
  ] as const)('by %s is that of the processes', async (_, end) => {
    const { onbehalf, caller } = await houseWithKeys({ ...BY_ENV, process: CHILD })
    const { pid } = await about(await caller())
    end(onbehalf)
    await isGone(pid)
  })

  it('of a process in the middle of a call is told to the caller', async () => {
    const { caller, log } = await houseWithKeys({ ...BY_ENV, process: CHILD })
    const client = await connected(await caller())
    expect(await client.callTool({ name: 'end', arguments: {} })).toMatchObject({
      isError: true,
      content: [{ text: toSentence({ reason: 'server_unavailable', server: 'everything' }) }],
    })
    expect(log).toMatchObject([{ kind: 'event', text: 'It ended by itself (code 7).' }])
  })

  it('of the limit is told in words', async () => {
    const { caller } = await houseWithKeys(BY_ENV, { processes: { maxPerPerson: 1 } })
    await connected(await caller())
    await expect(connected(await caller())).rejects.toMatchObject({
      code: 'process_limit_reached',
      message: expect.stringContaining('no more processes of everything'),
    })
  })

  it('of a run with a call under way is not that of another run', async () => {
    const { caller } = await houseWithKeys({ ...BY_ENV, process: CHILD })
    const first = await connected(await caller())
    const second = await connected(await caller())
    const calling = first.callTool({ name: 'never', arguments: {} })
    await first.close()
    await expect(calling).rejects.toThrow('closed')
    const told = textOf(await second.callTool({ name: 'about', arguments: {} }))
    expect(JSON.parse(told).pid).toBeGreaterThan(0)
  })
})

describe('a declaration', () => {
  it('with a process needs somebody who starts it', () => {
    const options = { verifier: { verify: () => expect.unreachable() }, resource: CHAT }
    expect(() =>
      createOnBehalf({
        ...options,
        authorizationServers: [ISSUER],
        servers: { everything: { ...BY_ENV, source: { type: 'own' } } },
      }),
    ).toThrow(
      'servers.everything.process needs the setting processes: childProcesses() of onbehalf/stdio',
    )
  })

  it('without inner and without process is a TypeError that says what to do', async () => {
    const { process: _, ...rest } = BY_ENV
    const { caller } = house({ ...rest, placement: { type: 'meta', key: 'com.example/key' } })
    const person = await caller()
    expect(() => person.transport('everything')).toThrow(/write process in its binding/)
  })

  it('with a credential in its process takes no transport of the app', async () => {
    const { caller } = house()
    const person = await caller()
    const inner = { start: async () => {}, send: async () => {}, close: async () => {} }
    expect(() => person.transport('everything', inner)).toThrow(/transport\('everything'\) alone/)
  })
})
