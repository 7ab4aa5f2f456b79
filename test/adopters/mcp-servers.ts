// The MCP servers of docs/mcp-server, word for word, each with the framework that its page is about. No
// test lives here.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { must } from '../issuers-real/tally.ts'
import type { Adopter } from './adopter.ts'
import type { World } from './world.ts'

const script = (...args: string[]) => ({ command: process.execPath, args })

/** A server that a page shows, and what its tool says of a person who looks for something. */
function shownOn(
  page: string,
  snippet: number,
  packages: Adopter['packages'],
  says: (person: string, wanted: string) => string,
): Adopter {
  return {
    name: `The MCP server of ${page}, ${snippet}`,
    files: { [`../../../docs/mcp-server/${page}`]: page, 'snippet.mjs': 'snippet.mjs' },
    packages,
    env: ({ origin }) => ({ RESOURCE: `${origin}/mcp` }),
    build: () => [script('snippet.mjs', page, 'js', 'server.js', String(snippet))],
    start: () => script('server.js'),
    prove: (origin, world) => prove(origin, world, says),
  }
}

/** The server of xmcp's page: its files, compiled by xmcp. */
const XMCP: Adopter = {
  name: 'The MCP server of xmcp.md',
  files: {
    '../../../docs/mcp-server/xmcp.md': 'xmcp.md',
    'snippet.mjs': 'snippet.mjs',
    'xmcp-tsconfig.json': 'tsconfig.json',
  },
  packages: {
    xmcp: '^1.1.3',
    '@xmcp-dev/compiler': '^1.1.3',
    '@modelcontextprotocol/client': '^2.4.0',
    '@modelcontextprotocol/server': '^2.4.0',
    '@types/node': '^24.0.0',
    react: '^19.0.0',
    'react-dom': '^19.0.0',
    zod: '^4.1.0',
  },
  env: ({ origin }) => ({ RESOURCE: `${origin}/mcp` }),
  build: () => [
    script('snippet.mjs', 'xmcp.md', 'ts', 'xmcp.config.ts', '1'),
    script('snippet.mjs', 'xmcp.md', 'ts', 'src/tools/find_tasks.ts', '2'),
    script('snippet.mjs', 'xmcp.md', 'ts', 'calls.d.ts', '3'),
    script('snippet.mjs', 'xmcp.md', 'js', 'server.js', '1'),
    script('node_modules/xmcp/dist/cli.js', 'build'),
  ],
  start: () => script('server.js'),
  prove: (origin, world) => prove(origin, world, byTheApi),
}

const byTheApi = (person: string, wanted: string) => `${person} by app looks for ${wanted}`
const byItself = (person: string, wanted: string) => `${person} looks for ${wanted}`

export const MCP_SERVERS: readonly Adopter[] = [
  shownOn('fastmcp.md', 1, { fastmcp: '^4.20.0', zod: '^4.1.0' }, byTheApi),
  shownOn('fastmcp.md', 2, { fastmcp: '^4.20.0', zod: '^4.1.0' }, byItself),
  shownOn('mcp-use.md', 1, { 'mcp-use': '^2.5.0', zod: '^4.1.0' }, byTheApi),
  XMCP,
]

/** It refuses who comes without a token, and works for each of two people in their name. */
async function prove(
  origin: string,
  world: World,
  says: (person: string, wanted: string) => string,
): Promise<string> {
  await refuses(`${origin}/mcp`, world)
  await keepsSessionsApart(`${origin}/mcp`, world)
  const people = ['alice', 'bob', 'alice', 'bob']
  const told = await Promise.all(
    people.map((person, at) => ask(origin, person, `milk-${at}`, world)),
  )
  for (const [at, person] of people.entries())
    must(told[at] === says(person, `milk-${at}`), `${person} was told: ${told[at]}`)
  return `401 with metadata; ${people.length} calls of two people at once, each in their name`
}

async function refuses(url: string, { issuer }: World): Promise<void> {
  const refusal = await post(url, { method: 'tools/list' }, {})
  must(refusal.status === 401, `without a token: ${refusal.status} ${await refusal.text()}`)
  const challenge = refusal.headers.get('www-authenticate') ?? ''
  const [, named] = /resource_metadata="([^"]+)"/.exec(challenge) ?? []
  must(named, `the challenge names no metadata: ${challenge}`)
  const { resource, authorization_servers: servers } = Object(await (await fetch(named)).json())
  must(resource === url && String(servers) === issuer, `the metadata is of ${resource}, ${servers}`)
}

/** Who learns the id of another's session calls in their own name, or not at all. */
async function keepsSessionsApart(url: string, { mint }: World): Promise<void> {
  const tokenOf = async (person: string) => ({ authorization: `Bearer ${await mint(person, url)}` })
  const clientInfo = { name: 'page', version: '1.0.0' }
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo }
  const opened = await post(url, { method: 'initialize', params }, await tokenOf('alice'))
  await opened.text()
  const session = opened.headers.get('mcp-session-id')
  const told = await post(
    url,
    { method: 'tools/call', params: { name: 'find_tasks', arguments: { text: 'milk' } } },
    { ...(await tokenOf('bob')), ...(session === null ? {} : { 'mcp-session-id': session }) },
  )
  const text = await told.text()
  must(!text.includes('alice'), `bob was told in the session of alice: ${text}`)
}

function post(url: string, message: object, more: Record<string, string>): Promise<Response> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...more,
  }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...message })
  return fetch(url, { method: 'POST', headers, body })
}

/** One person's call of the one tool. */
async function ask(
  origin: string,
  person: string,
  text: string,
  world: World,
): Promise<string | undefined> {
  const token = await world.mint(person, `${origin}/mcp`)
  const client = new Client({ name: 'page', version: '1.0.0' })
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL(`${origin}/mcp`), { requestInit }))
  try {
    const { tools } = await client.listTools()
    must(
      tools.map(({ name }) => name).join() === 'find_tasks',
      `${person} sees ${tools.length} tools`,
    )
    const { content } = await client.callTool({ name: 'find_tasks', arguments: { text } })
    const [first] = content
    return first?.type === 'text' ? first.text : JSON.stringify(content)
  } finally {
    await client.close()
  }
}
