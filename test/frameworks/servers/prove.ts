// The steps that every real server must pass: two people call it at once, by the clients of both
// SDKs, and each call reaches the backend with the credential of its person.

import {
  Client as ClientV2,
  SSEClientTransport,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import type { AuditEvent, BindingInput, Caller } from 'onbehalf'
import { createScan } from '../../../src/cli/leaktest/search/scanner.ts'
import { must } from '../../issuers-real/tally.ts'
import { type App, SERVER } from './app.ts'
import type { Backend } from './backend.ts'
import { PEOPLE, type Person, type RealServer, type Recorded } from './server.ts'

/** What a person's client saw. */
interface Seen {
  readonly tools: readonly { readonly name: string; readonly inputSchema: object }[]
  readonly answer: string
}

/**
 * Proves one server, and tells how many tools its people see.
 *
 * @throws Error that says what does not hold.
 */
export async function prove(
  server: RealServer,
  app: App,
  backend: Backend,
  reach: { readonly url?: string; readonly headers: Readonly<Record<string, string>> },
): Promise<string> {
  const [alice, bob] = await Promise.all(
    PEOPLE.map(async (person) => {
      const caller = await app.caller(person)
      const seen = await see(server, person, caller, reach)
      await caller.end()
      return seen
    }),
  )
  for (const [person, seen] of [
    ['alice', alice],
    ['bob', bob],
  ] as const) {
    must(seen, `${person} saw nothing`)
    mustHide(server, app, person, seen)
    mustArrive(server, app, person, backend.requests, seen)
    mustBeAudited(server, app.events, person)
  }
  return `${alice?.tools.length} tools`
}

async function see(
  server: RealServer,
  person: Person,
  caller: Caller,
  { url, headers }: { readonly url?: string; readonly headers: Readonly<Record<string, string>> },
): Promise<Seen> {
  const client = clientOf(person)
  // A transport of either SDK has what a client of the other one needs.
  await client.connect(transportOf(server, caller, url, headers) as never)
  try {
    const { tools } = await client.listTools()
    const answer = await client.callTool(server.call(person))
    return { tools, answer: JSON.stringify(answer) }
  } finally {
    await client.close()
  }
}

/** Each person comes by another SDK. */
function clientOf(person: Person): Pick<ClientV1, 'connect' | 'listTools' | 'callTool' | 'close'> {
  const about = { name: 'servers', version: '1.0.0' }
  if (person === 'alice') return new ClientV1(about)
  const client = new ClientV2(about, { versionNegotiation: { mode: 'auto' } })
  return client as never
}

function transportOf(
  { legacySse }: RealServer,
  caller: Caller,
  url: string | undefined,
  headers: Readonly<Record<string, string>>,
) {
  if (url === undefined) return caller.transport(SERVER)
  const options = { fetch: caller.fetch(SERVER), requestInit: { headers } }
  return legacySse
    ? new SSEClientTransport(new URL(url), options)
    : new StreamableHTTPClientTransport(new URL(url), options)
}

/** Nothing that the client saw has a credential, nor a parameter for one. */
function mustHide(
  { hidden = [], noEcho }: RealServer,
  { keys, events }: App,
  person: Person,
  { tools, answer }: Seen,
): void {
  must(tools.length > 0, `${person} sees no tool`)
  const parameters = new Set(tools.flatMap(({ inputSchema }) => parametersOf(inputSchema)))
  for (const name of hidden) must(!parameters.has(name), `${person} sees the parameter ${name}`)
  const all = Object.values(keys).flatMap((ofPerson) => Object.values(ofPerson))
  const scan = createScan(all.map((text) => ({ kind: 'credential', text })))
  must(scan(`${answer} ${JSON.stringify(tools)}`).length === 0, `${person} sees a credential`)
  must(scan(JSON.stringify(events)).length === 0, 'the audit has a credential')
  if (noEcho === undefined)
    must(answer.includes('[credential removed'), `nothing was echoed: ${answer.slice(0, 300)}`)
}

function parametersOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const names = 'properties' in schema ? Object.keys(schema.properties as object) : []
  return [...names, ...Object.values(schema).flatMap(parametersOf)]
}

/** The backend got the call with what is this person's, and nothing of anybody else. */
function mustArrive(
  { arrives }: RealServer,
  { keys }: App,
  person: Person,
  requests: readonly Recorded[],
  { answer }: Seen,
): void {
  const ofCall = requests.map(textOf).filter((text) => text.includes(`of-${person}`))
  const first = requests.map(textOf).at(-1) ?? 'nothing'
  must(ofCall.length > 0, `no call of ${person} arrived: ${first} / ${answer.slice(0, 300)}`)
  const wanted = arrives(keys[person], person)
  const has = ofCall.some((text) => wanted.every((part) => text.includes(part)))
  const names = ofCall.map((text) => text.replaceAll(/sk-(\w+)-\w+/g, '<key of $1>')).join('\n')
  must(has, `the call of ${person} arrived otherwise:\n${names.slice(0, 500)}`)
  const other = PEOPLE.find((name) => name !== person) ?? person
  for (const key of Object.values(keys[other]))
    must(!ofCall.some((text) => text.includes(key)), `a call of ${person} has a key of ${other}`)
}

function textOf({ method, url, headers, body }: Recorded): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`)
  return `${method} ${url}\n${lines.join('')}\n${body}`
}

function mustBeAudited(
  { places }: RealServer,
  events: readonly AuditEvent[],
  person: Person,
): void {
  const used = events.filter(
    ({ hop, outcome, subject }) => hop === 'carry' && outcome === 'allowed' && subject === person,
  )
  const named = [...new Set(used.map(({ placement }) => placement))]
  for (const place of places)
    must(named.includes(place), `the audit names ${named.join(', ')}, and not ${place}`)
}

/** The whole binding of a server. */
export function bindingOf(
  server: RealServer,
  own: ReturnType<RealServer['binding']>,
  url: string | undefined,
): BindingInput {
  const source = { type: 'static', of: 'person' } as const
  const sources = Object.fromEntries((server.sources ?? []).map((name) => [name, source]))
  const where =
    url === undefined
      ? { url: 'stdio:real', resource: 'https://real.example' }
      : { url, resource: new URL(url).origin }
  return { ...where, source, ...(server.sources ? { sources } : {}), ...own }
}
