// How a credential can travel in TaskFlow: one bound server for each way, and the choice among them
// that a request may make.

import { fileURLToPath } from 'node:url'
import type { BindingInput, Source } from 'onbehalf'
import { TOKEN_HEADER, TOKEN_NAME } from './legacy/places.ts'
import { META_KEY } from './mcp/index.ts'
import { taskToolScopes } from './mcp/tools.ts'
import { classicUrl, partsUrl, type TaskflowUrls } from './urls.ts'

/** The ways, as the page names them. */
export const PLACEMENTS = [
  'header',
  'argument',
  'session',
  'prompt',
  'meta',
  'basic',
  'query',
  'cookie',
  'path',
  'parts',
  'env',
] as const
export type PlacementName = (typeof PLACEMENTS)[number]

/** A server, as people and the model are shown it, and how its credential travels. */
export interface TaskflowServer {
  readonly name: string
  /** Undefined: a process, which onbehalf starts. */
  readonly url?: string
  readonly placement: PlacementName
  /** The rights of its credential, for a person who is asked to approve a call. */
  readonly scopes: readonly string[]
}

/** A server, and how a person's credential gets there. */
type Way = { readonly name: string } & Omit<BindingInput, 'source' | 'toolScopes'>

/** The scopes that every one of them is asked for. */
const scopes = ['tasks:read', 'tasks:write']
const source: Source = { type: 'exchange', scopes }

const STDIO_SERVER = fileURLToPath(new URL('stdio/main.ts', import.meta.url))

/** An address of TaskFlow classic with the credential at another place. Its tokens are the same. */
function classicAt(urls: TaskflowUrls, rest: string) {
  const classic = classicUrl(urls)
  return { url: `${classic}${rest}`, resource: classic }
}

const WAYS: Readonly<Record<PlacementName, (urls: TaskflowUrls) => Way>> = {
  header: ({ mcp }) => ({ name: 'TaskFlow', url: mcp, placement: { type: 'header' } }),
  session: ({ mcp }) => ({ name: 'TaskFlow session', url: mcp, placement: { type: 'session' } }),
  meta: ({ mcp }) => ({
    name: 'TaskFlow meta',
    url: mcp,
    placement: { type: 'meta', key: META_KEY },
  }),
  argument: (urls) => ({
    name: 'TaskFlow classic',
    url: classicUrl(urls),
    // Each tool of that server takes the person's id and token, and nothing else looks like them.
    placement: { type: 'argument', parameters: 'everywhere', rewriteDescriptions: true },
  }),
  prompt: (urls) => ({
    name: 'TaskFlow classic prompt',
    url: classicUrl(urls),
    placement: { type: 'prompt' },
  }),
  basic: (urls) => ({
    name: 'TaskFlow basic',
    ...classicAt(urls, '/basic'),
    placement: { type: 'header', value: 'Basic {base64:{subject}:{credential}}' },
  }),
  query: (urls) => ({
    name: 'TaskFlow query',
    ...classicAt(urls, '/query'),
    placement: { type: 'query', name: TOKEN_NAME },
  }),
  cookie: (urls) => ({
    name: 'TaskFlow cookie',
    ...classicAt(urls, '/cookie'),
    placement: { type: 'cookie', name: TOKEN_NAME },
  }),
  path: (urls) => ({
    name: 'TaskFlow path',
    ...classicAt(urls, '/u/{credential}'),
    placement: { type: 'path' },
  }),
  parts: (urls) => ({
    name: 'TaskFlow parts',
    url: partsUrl(urls),
    placement: [
      { type: 'header', name: TOKEN_HEADER },
      { type: 'argument', parameters: [{ pointer: '/user_id', value: 'subject' }] },
    ],
  }),
  env: (urls) => ({
    name: 'TaskFlow stdio',
    url: 'stdio:taskflow',
    resource: classicUrl(urls),
    placement: { type: 'env', variables: { TASKFLOW_TOKEN: '{credential}' } },
    process: {
      command: process.execPath,
      args: [STDIO_SERVER],
      env: { TASKFLOW_URL: `${classicUrl(urls)}/bearer` },
    },
  }),
}

/** The bindings. */
export function boundServers(urls: TaskflowUrls): Readonly<Record<string, BindingInput>> {
  return Object.fromEntries(
    PLACEMENTS.map((placement) => {
      const { name, ...binding } = WAYS[placement](urls)
      // To list tasks travels with `tasks:read` alone, where each call has a credential of its own.
      const perCall = binding.process ? {} : { toolScopes: taskToolScopes }
      return [name, { ...binding, source, ...perCall }]
    }),
  )
}

/**
 * The server for a request.
 *
 * @param asked What the request's metadata says. Anybody can write there, and it chooses among what
 *   is bound here and nothing else; whatever is none of it is the header.
 */
export function serverFor(asked: unknown, urls: TaskflowUrls): TaskflowServer {
  const placement = PLACEMENTS.find((one) => one === asked) ?? 'header'
  const { name, url, process } = WAYS[placement](urls)
  return { name, placement, scopes, ...(process ? {} : { url }) }
}
