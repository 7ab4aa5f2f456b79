// Speaks the part of MCP that an inspection needs: it asks which revisions a server has, and for what
// it lists. It calls no tool, and reads no resource.

import {
  type Answer,
  isObject,
  post,
  stringOf,
  stringsOf,
  type UnknownObject,
  type Way,
} from './ask.ts'

/** The revision without handshake, and the newest with one. */
const STATELESS = '2026-07-28'
const WITH_SESSIONS = '2025-11-25'

const CLIENT = { name: 'onbehalf-inspect', version: '1' }

/** Pages and entries of a list that are taken in. */
const MAX_PAGES = 20
const MAX_TOOLS = 2_048

/** A server, and what is sent with every request to it. */
export interface Target {
  readonly url: string
  /** The credential, when there is one. */
  readonly headers: Headers
}

/** What a server answered to its greeting. */
export interface Greeting {
  /** The answers, of both revisions. */
  readonly answers: readonly Answer[]
  readonly revisions: readonly string[]
  readonly server: { readonly name: string; readonly version: string } | null
  /**
   * How to continue: the revision, and the session if there is one. Undefined when the server does
   * not speak MCP, or refuses to speak it with us.
   */
  readonly open?: { readonly revision: string; readonly session: string | null }
}

/** Greets a server in both ways. */
export async function greet(target: Target, way: Way): Promise<Greeting> {
  const discovered = await request(
    target,
    'server/discover',
    {},
    { revision: STATELESS, session: null },
    way,
  )
  const opened = await initialize(target, way)
  const found = resultOf(discovered)
  const info = infoOf(found) ?? infoOf(resultOf(opened))
  const agreed = stringOf(resultOf(opened)?.protocolVersion)
  const revisions = new Set([
    ...stringsOf(found?.supportedVersions),
    ...(agreed === undefined ? [] : [agreed]),
    ...[discovered, opened].flatMap(supportedBy),
  ])
  const open = found
    ? { revision: STATELESS, session: null }
    : agreed === undefined
      ? undefined
      : { revision: agreed, session: opened.headers.get('mcp-session-id') }
  return {
    answers: [discovered, opened],
    revisions: [...revisions]
      .filter((revision) => /^\d{4}-\d\d-\d\d$/.test(revision))
      .toSorted((a, b) => (a < b ? 1 : -1)),
    server: info ?? null,
    ...(open ? { open } : {}),
  }
}

/** What a server lists of one kind. */
export interface Listed {
  readonly entries: readonly UnknownObject[]
  /** Whether the server has more than were read. */
  readonly more: boolean
}

/** Everything that a server lists. Undefined for a list that it refuses. */
export interface Lists {
  readonly tools: Listed | undefined
  readonly prompts: Listed | undefined
  readonly templates: Listed | undefined
  readonly resources: Listed | undefined
}

/** Asks for all lists of a server, one after the other. */
export async function listAll(
  target: Target,
  open: NonNullable<Greeting['open']>,
  way: Way,
): Promise<Lists> {
  if (open.revision !== STATELESS) await notify(target, open, way)
  const list = (method: string, member: string) => listOf(method, member, target, open, way)
  return {
    tools: await list('tools/list', 'tools'),
    prompts: await list('prompts/list', 'prompts'),
    templates: await list('resources/templates/list', 'resourceTemplates'),
    resources: await list('resources/list', 'resources'),
  }
}

async function listOf(
  method: string,
  member: string,
  target: Target,
  open: NonNullable<Greeting['open']>,
  way: Way,
): Promise<Listed | undefined> {
  const entries: UnknownObject[] = []
  let cursor: string | undefined
  for (let page = 0; page < MAX_PAGES && entries.length < MAX_TOOLS; page++) {
    const answer = await request(target, method, cursor === undefined ? {} : { cursor }, open, way)
    const result = resultOf(answer)
    // A server that has none of them does not know the method.
    if (!result)
      return isObject(answer.json?.error) && answer.json.error.code === -32601
        ? { entries, more: false }
        : undefined
    const listed = result[member]
    const page: readonly unknown[] = Array.isArray(listed) ? listed.slice(0, MAX_TOOLS + 1) : []
    entries.push(...page.filter(isObject))
    cursor = stringOf(result.nextCursor)
    if (cursor === undefined) break
  }
  return {
    entries: entries.slice(0, MAX_TOOLS),
    more: cursor !== undefined || entries.length > MAX_TOOLS,
  }
}

/** Ends the session, if there is one; a server need not answer. */
export async function leave(
  target: Target,
  open: NonNullable<Greeting['open']>,
  way: Way,
): Promise<void> {
  if (open.session === null) return
  const headers = makeHeaders(target, open)
  const response = await way
    .direct(target.url, { method: 'DELETE', headers, redirect: 'manual', signal: way.signal })
    .catch(() => null)
  await response?.body?.cancel().catch(() => {})
}

function initialize(target: Target, way: Way): Promise<Answer> {
  const params = { protocolVersion: WITH_SESSIONS, capabilities: {}, clientInfo: CLIENT }
  const message = { jsonrpc: '2.0', id: 'initialize', method: 'initialize', params }
  return post(target.url, message, new Headers(target.headers), way)
}

function notify(target: Target, open: NonNullable<Greeting['open']>, way: Way): Promise<Answer> {
  const message = { jsonrpc: '2.0', method: 'notifications/initialized' }
  return post(target.url, message, makeHeaders(target, open), way)
}

function makeHeaders(
  target: Target,
  { revision, session }: NonNullable<Greeting['open']>,
): Headers {
  const headers = new Headers(target.headers)
  headers.set('mcp-protocol-version', revision)
  if (session !== null) headers.set('mcp-session-id', session)
  return headers
}

function request(
  target: Target,
  method: string,
  params: UnknownObject,
  open: NonNullable<Greeting['open']>,
  way: Way,
): Promise<Answer> {
  const headers = makeHeaders(target, open)
  const { revision } = open
  if (revision !== STATELESS)
    return post(target.url, { jsonrpc: '2.0', id: method, method, params }, headers, way)
  headers.set('mcp-method', method)
  const prefix = 'io.modelcontextprotocol'
  const _meta = {
    [`${prefix}/protocolVersion`]: revision,
    [`${prefix}/clientInfo`]: CLIENT,
    [`${prefix}/clientCapabilities`]: {},
  }
  return post(
    target.url,
    { jsonrpc: '2.0', id: method, method, params: { ...params, _meta } },
    headers,
    way,
  )
}

function resultOf({ status, json }: Answer): UnknownObject | undefined {
  return status >= 200 && status < 300 && isObject(json?.result) ? json.result : undefined
}

/** The revisions that an error names (-32022, `data.supported`). */
function supportedBy({ json }: Answer): readonly string[] {
  const data = isObject(json?.error) ? json.error.data : undefined
  return isObject(data) ? stringsOf(data.supported) : []
}

function infoOf(result: UnknownObject | undefined): Greeting['server'] | undefined {
  const meta = isObject(result?._meta)
    ? result._meta['io.modelcontextprotocol/serverInfo']
    : undefined
  const info = isObject(result?.serverInfo) ? result.serverInfo : meta
  if (!isObject(info) || typeof info.name !== 'string') return undefined
  return { name: info.name, version: stringOf(info.version) ?? '' }
}
