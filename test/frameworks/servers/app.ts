// An app whose two people have keys for one server. It keeps the audit, and can be asked for a
// caller of each person.

import { randomBytes } from 'node:crypto'
import {
  type AuditEvent,
  type BindingInput,
  type Caller,
  Credential,
  createOnBehalf,
  memorySecretStore,
  type Principal,
  staticKeys,
} from 'onbehalf'
import { childProcesses } from 'onbehalf/stdio'
import { type Keys, PEOPLE, type Person } from './server.ts'

const CHAT = 'https://app.example/chat'
const ISSUER = 'https://login.example'

/** The binding's name in the app. */
export const SERVER = 'Real'

/** The app, and what the steps look at. */
export interface App {
  readonly events: readonly AuditEvent[]
  readonly keys: Readonly<Record<Person, Keys>>
  caller(person: Person): Promise<Caller>
  close(): Promise<void>
}

/** Makes the app. Each source of the binding holds a key of each person. */
export async function appWith(binding: BindingInput, warn: (text: string) => void): Promise<App> {
  const events: AuditEvent[] = []
  const secrets = memorySecretStore()
  const stored = staticKeys(secrets)
  const { resource = binding.url, sources = {} } = binding
  const keys = { alice: {}, bob: {} } as Record<Person, Record<string, string>>
  for (const person of PEOPLE)
    for (const source of ['main', ...Object.keys(sources)]) {
      const key = `sk-${person}-${randomBytes(16).toString('hex')}`
      keys[person][source] = key
      const where = source === 'main' ? {} : { source }
      await stored.put(principalOf(person), resource, new Credential(key), where)
    }
  const processes = childProcesses({ log: () => {} })
  const onbehalf = createOnBehalf({
    resource: CHAT,
    authorizationServers: [ISSUER],
    servers: { [SERVER]: binding },
    secrets,
    processes,
    warn,
    audit: { record: (event) => void events.push(event) },
    verifier: {
      async verify(credential) {
        const person = PEOPLE.find((name) => credential.reveal() === `sign-in-of-${name}`)
        if (!person) throw new Error('Only alice and bob sign in here.')
        const principal = principalOf(person)
        const expiresAt = Date.now() / 1000 + 3600
        const claims = { email: emailOf(person) }
        return { ok: true, value: { principal, audience: [CHAT], scopes: [], expiresAt, claims } }
      },
    },
  })
  return {
    events,
    keys,
    async caller(person) {
      const headers = { authorization: `Bearer sign-in-of-${person}` }
      const admission = await onbehalf.admit(new Request(CHAT, { method: 'POST', headers }))
      if (!admission.ok) throw new Error(admission.refusal.reason)
      return admission.value
    },
    close: () => processes.close(),
  }
}

function principalOf(subject: Person): Principal {
  return { issuer: ISSUER, subject }
}

/** What a person is called in the verified claims, and so at the server. */
function emailOf(person: Person): string {
  return `${person}@people.example`
}
