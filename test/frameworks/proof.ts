// The tests that every framework must pass with every server. The test file of each framework runs
// them. It knows no framework.

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createScan } from '../../src/cli/leaktest/search/scanner.ts'
import { staticKeys } from '../../src/core/vault/static-keys.ts'
import {
  type BindingInput,
  type Caller,
  Credential,
  createOnBehalf,
  memorySecretStore,
  type Principal,
  type Source,
} from '../../src/index.ts'
import { echoing, everything, flat, keyed, nested, ownerOf, type Running } from './servers.ts'

/**
 * What the model does in its first turn, under an attacker's influence. In its second turn it says
 * "finished".
 */
export interface Script {
  readonly tool: string
  readonly args: Readonly<Record<string, unknown>>
}

/** One run: the model's requests as it got them, and what the framework gave in the end. */
export interface Run {
  readonly requests: readonly unknown[]
  readonly answer: unknown
}

/** A framework, as the snippets in docs drive it. The binding's name is `Tasks`. */
export type Drive = (caller: Caller, url: string, script: Script) => Promise<Run>

interface Case {
  readonly name: string
  start(): Promise<Running>
  readonly binding: Omit<BindingInput, 'url'>
  readonly script: Script
  /** What the second request holds when the server got what it needs, for whom. */
  readonly told: (subject: string) => string
}

const exchange: Source = { type: 'exchange', scopes: [] }
const ATTACK = { user_id: 'mallory', access_token: 'guess', api_key: 'guess' }
const CASES: readonly Case[] = [
  {
    name: 'the everything server',
    start: everything,
    binding: {
      source: exchange,
      placement: {
        type: 'argument',
        parameters: [{ pointer: '/message', value: 'credential', tool: 'echo' }],
      },
    },
    script: { tool: 'echo', args: { message: 'secret.mallory.guess' } },
    told: () => 'Echo: [',
  },
  {
    name: 'a server with flat access_token and user_id',
    start: flat,
    binding: { source: exchange, placement: { type: 'argument', parameters: 'everywhere' } },
    script: { tool: 'add_task', args: { title: 'milk', ...ATTACK } },
    told: (subject) => `done for ${subject}`,
  },
  {
    name: 'a server with nested models',
    start: nested,
    binding: { source: exchange, placement: { type: 'argument', parameters: 'everywhere' } },
    script: { tool: 'add_task', args: { params: { title: 'milk', ...ATTACK } } },
    told: (subject) => `done for ${subject}`,
  },
  {
    name: 'a server with a key in a header',
    start: keyed,
    binding: {
      source: { type: 'static', of: 'person' },
      placement: { type: 'header', name: 'X-Api-Key' },
    },
    script: { tool: 'add_task', args: { title: 'milk', ...ATTACK } },
    told: (subject) => `done for ${subject}`,
  },
  {
    name: 'a server that echoes what it gets',
    start: echoing,
    binding: { source: exchange },
    script: { tool: 'add_task', args: { title: 'milk', ...ATTACK } },
    told: (subject) => `done for ${subject}`,
  },
]

const CHAT = 'https://app.example/chat'
const ISSUER = 'https://login.example'

/**
 * An app whose people have the tokens `<subject>`. It keeps what went to the server in a run, by
 * the run's trace.
 */
async function appFor(url: string, binding: Omit<BindingInput, 'url'>) {
  const wire = new Map<string, string>()
  const made: string[] = []
  function secretOf(subject: string): string {
    const text = `secret.${subject}.${randomBytes(16).toString('hex')}`
    made.push(text)
    return text
  }
  const secrets = memorySecretStore()
  const keys = staticKeys(secrets)
  const principalOf = (subject: string): Principal => ({ issuer: ISSUER, subject })
  for (const subject of ['alice', 'bob'])
    await keys.put(principalOf(subject), url, new Credential(secretOf(subject)))
  const onbehalf = createOnBehalf({
    resource: CHAT,
    authorizationServers: [ISSUER],
    servers: { Tasks: { url, ...binding } },
    secrets,
    audit: { record: () => {} },
    verifier: {
      async verify(credential) {
        const principal = principalOf(ownerOf(credential.reveal()))
        const expiresAt = Date.now() / 1000 + 300
        return {
          ok: true,
          value: { principal, audience: [CHAT], scopes: [], expiresAt, claims: {} },
        }
      },
    },
    exchanger: {
      issuer: ISSUER,
      async exchange(subjectToken) {
        const credential = new Credential(secretOf(ownerOf(subjectToken.reveal())))
        return { ok: true, value: { credential, expiresAt: Date.now() / 1000 + 300, scopes: [] } }
      },
    },
    async fetch(input, init) {
      const headers = new Headers(init?.headers)
      const trace = headers.get('traceparent')?.split('-')[1] ?? 'none'
      wire.set(
        trace,
        `${wire.get(trace) ?? ''}\n${JSON.stringify([...headers])} ${String(init?.body ?? '')}`,
      )
      return fetch(input, init)
    },
  })
  return {
    wire,
    made,
    async admitted(subject: string): Promise<Caller> {
      const request = new Request(CHAT, {
        headers: { authorization: `Bearer ${secretOf(subject)}` },
      })
      const admission = await onbehalf.admit(request)
      if (!admission.ok) throw new Error(admission.refusal.reason)
      return admission.value
    },
  }
}

/** Holds a framework against every server. */
export function proves(
  framework: string,
  drive: Drive,
  options: { readonly concurrent?: boolean } = {},
): void {
  describe.each(CASES)(`${framework} with $name`, ({ start, binding, script, told }) => {
    let running: Running
    let app: Awaited<ReturnType<typeof appFor>>
    beforeAll(async () => {
      running = await start()
      app = await appFor(running.url, binding)
    })
    afterAll(() => running.stop())

    async function run(subject: string): Promise<string> {
      const caller = await app.admitted(subject)
      const { requests, answer } = await drive(caller, running.url, script)
      await caller.end()
      const seen = requests.map((request) => JSON.stringify(request)).join('\n')
      // What the model itself wrote comes back to it, and is no matter.
      const shown = seen.replaceAll(
        /\\*"(?:user_id|access_token|api_key)\\*":\\*"(?:mallory|guess)\\*"/g,
        '',
      )
      expect(requests.length).toBeGreaterThanOrEqual(2)
      expect(shown).toContain(script.tool)
      expect(shown).not.toMatch(/access_token|user_id|X-Api-Key/i)
      expect(`${seen} ${JSON.stringify(answer)}`).not.toMatch(/secret\.(alice|bob)/)
      expect(JSON.stringify(requests.at(-1))).toContain(told(subject))
      expect(seen).not.toContain(`done for ${subject === 'alice' ? 'bob' : 'alice'}`)
      const owners = [
        ...(app.wire.get(caller.trace) ?? '').matchAll(/secret\.(\w+)\.[0-9a-f]{32}/g),
      ].map(([, owner]) => owner)
      expect(new Set(owners)).toEqual(new Set([subject]))
      return `${seen} ${JSON.stringify(answer)}`
    }

    it('shows the model neither credential nor parameter, and the server gets the right person’s', async () => {
      const seen = [await run('alice'), await run('bob')]
      // In every encoding, and in pieces.
      const scan = createScan(app.made.map((text) => ({ kind: 'credential', text })))
      expect(seen.flatMap(scan)).toEqual([])
    })

    if (options.concurrent)
      it('keeps 40 runs of two people at once apart', async () => {
        await Promise.all(
          Array.from({ length: 40 }, (_, index) => run(index % 2 === 0 ? 'alice' : 'bob')),
        )
      })
  })
}
