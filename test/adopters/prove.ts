// What must hold for every app, whatever it is made with. No test lives here.

import { must } from '../issuers-real/tally.ts'
import type { World } from './world.ts'

/** A busy machine may leave a connection alone for so long that the server ends it. */
const CLOSE = { connection: 'close' }
const PEOPLE = ['alice', 'bob']

/** Shows that a running app refuses, streams, and keeps two people apart. */
export async function prove(origin: string, world: World): Promise<string> {
  await refuses(origin, world)
  const people = ['alice', 'bob', 'alice', 'bob']
  const spans = await Promise.all(people.map((person) => streams(origin, person, world)))
  await outlivesALeaver(origin, world)
  return `401 with metadata; ${people.length} streams over ${Math.min(...spans).toFixed(0)} ms and more`
}

/** Without a token: a 401 that names a document that is there. */
async function refuses(origin: string, { issuer }: World): Promise<void> {
  const refusal = await ask(origin, undefined)
  must(refusal.status === 401, `without a token: ${refusal.status} ${await refusal.text()}`)
  const challenge = refusal.headers.get('www-authenticate') ?? ''
  const [, named] = /resource_metadata="([^"]+)"/.exec(challenge) ?? []
  must(named, `the challenge names no metadata: ${challenge}`)
  const metadata = await fetch(named)
  must(metadata.ok, `${named} is answered with ${metadata.status}`)
  const { resource, authorization_servers: servers } = Object(await metadata.json())
  must(resource === `${origin}/chat`, `the metadata is of ${resource}`)
  must(String(servers) === issuer, `the metadata names ${servers}`)
}

/** One person's answer comes in parts, each with a call in that person's name. */
async function streams(origin: string, person: string, world: World): Promise<number> {
  const response = await ask(origin, await world.mint(person, `${origin}/chat`))
  must(response.ok && response.body, `${person}: ${response.status}`)
  let text = ''
  let first = 0
  for await (const chunk of response.body) {
    first ||= performance.now()
    text += Buffer.from(chunk).toString()
  }
  const wanted = [1, 2, 3].map((part) => `hello ${part}: ${person} by app\n`).join('')
  must(text === wanted, `${person} was told: ${text}`)
  const span = performance.now() - first
  must(span > 100, `${person}'s answer came at once: it was not streamed`)
  return span
}

/** Somebody who leaves in the middle ends nobody else's answer. */
async function outlivesALeaver(origin: string, world: World): Promise<void> {
  const leaver = new AbortController()
  const token = await world.mint('carol', `${origin}/chat`)
  const leave = async () => {
    await (await ask(origin, token, leaver.signal)).body?.getReader().read()
    leaver.abort()
  }
  await Promise.all([leave(), streams(origin, 'dave', world)])
}

function ask(origin: string, token: string | undefined, signal?: AbortSignal): Promise<Response> {
  return fetch(`${origin}/chat`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...CLOSE,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ message: 'hello' }),
    ...(signal ? { signal } : {}),
  })
}

/** What `onbehalf init` wrote refuses, and answers two people with what their own token shows. */
export async function proveInit(origin: string, world: World): Promise<string> {
  await refuses(origin, world)
  const people = ['alice', 'bob']
  const answers = people.map(async (person) =>
    (await ask(origin, await world.mint(person, `${origin}/chat`))).text(),
  )
  const told = await Promise.all(answers)
  for (const [at, person] of people.entries())
    must(
      told[at] === `${person} said: hello\nTasks offers: whoami_${person}\n`,
      `${person} was told: ${told[at]}`,
    )
  return '401 with metadata; two people, each with their own token'
}

/** The chat and the MCP server beside the door, whatever has parsed the body before. */
export async function proveBeside(origin: string, world: World): Promise<string> {
  await proveChat(origin, world)
  for (const person of PEOPLE) {
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami' } }
    const told = await post(`${origin}/mcp`, await world.mint(person, `${origin}/mcp`), call)
    must(told.includes(`"${person}"`), `the MCP server told ${person}: ${told}`)
  }
  const metadata = await fetch(`${origin}/.well-known/oauth-protected-resource/mcp`)
  must(Object(await metadata.json()).resource === `${origin}/mcp`, 'the metadata of the MCP server')
  return 'the ChatKit server and an MCP server beside it'
}

/** The ChatKit server beside the door. */
export async function proveChat(origin: string, world: World): Promise<string> {
  const input = {
    content: [{ type: 'input_text', text: 'hello' }],
    attachments: [],
    inference_options: {},
  }
  for (const person of PEOPLE) {
    const begin = { type: 'threads.create', params: { input } }
    const token = await world.mint(person, `${origin}/chat`)
    const chat = await post(`${origin}/chatkit`, token, begin)
    must(chat.includes(`${person} by app`), `the chat told ${person}: ${chat}`)
  }
  return 'the ChatKit server beside it'
}

async function post(url: string, token: string, body: object): Promise<string> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...CLOSE }
  return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).text()
}
