// Every way in which our own stack can carry a credential: each placement with each source that fits,
// and the servers that each of them reaches.

import { createHmac } from 'node:crypto'
import type { BindingInput, ChildProcess, Placement, Sign, SignedHeaders, Source } from 'onbehalf'
import { program } from './program.ts'

/** One way. A chat message chooses it by its name. */
export interface Variant {
  readonly name: string
  readonly placement: Placement | readonly Placement[]
  readonly source: Source
  /** Further sources. Default none. */
  readonly sources?: Readonly<Record<string, Source>>
  /** The servers of leaktest that it reaches. */
  readonly servers: readonly string[]
  /** Whether it speaks HTTP+SSE (MCP 2024-11-05). Default false. */
  readonly isLegacy?: boolean
}

/** What a server of leaktest is like. */
export interface ServerShape {
  readonly name: string
  readonly hostile: boolean
  /** Whether its tools ask for an `access_token`. */
  readonly argument: boolean
  /** Whether it takes a credential at the opening of a session only. */
  readonly session: boolean
  /** Whether it is given the person's own token. */
  readonly own: boolean
  /** The place that takes the credential, where it is none of these. */
  readonly place?: string
}

/** The name of the variant that goes through an MCP server of our kit to an API. */
export const KIT = 'server kit'

/** What that variant reaches beside the kit's own server. */
export const KIT_SERVERS: readonly string[] = ['notes', 'hostile']

const ROLES = ['notes', 'tasks', 'hostile'] as const
const scopes = ['tools']

const PLACEMENTS: readonly Placement[] = [
  { type: 'header' },
  { type: 'argument', parameters: 'everywhere' },
  { type: 'meta', key: 'com.example/access-token' },
  { type: 'session' },
  { type: 'prompt' },
]

const STORED: Source = { type: 'static', of: 'person' }

/** The name of a further source. */
export const SECOND = 'second'

const SOURCES: readonly Source[] = [
  { type: 'exchange', scopes },
  { type: 'own' },
  { type: 'connection' },
  { type: 'static', of: 'person' },
  { type: 'client-credentials', scopes },
  { type: 'identity-assertion', scopes },
]

/** The places of a request that are no header of their own and no body, and how each is filled. */
const PLACED: Readonly<Record<string, { readonly place: string; readonly placement: Placement }>> =
  {
    '-basic': {
      place: 'basic',
      placement: { type: 'header', value: 'Basic {base64:{subject}:{credential}}' },
    },
    '-query': { place: 'query key', placement: { type: 'query', name: 'key' } },
    '-path': { place: 'path', placement: { type: 'path' } },
    '-cookie': { place: 'cookie session', placement: { type: 'cookie', name: 'session' } },
    '-sign': { place: 'signature', placement: { type: 'sign', sign: signBody } },
  }

/** How a process gets its credential. It brings it to a server as a header. */
const STARTED: readonly Placement[] = [
  { type: 'env', variables: { SERVER_KEY: '{credential}' } },
  { type: 'args', args: ['--key={credential}'] },
]

/** The servers: three of each kind that a placement needs, and apart from them those of `own`. */
export const servers: readonly ServerShape[] = [
  ...[false, true].flatMap((own) =>
    ['', '-arg', '-session'].flatMap((kind) =>
      ROLES.map((role) => ({
        name: `${role}${kind}${own ? '-own' : ''}`,
        hostile: role === 'hostile',
        argument: kind === '-arg',
        session: kind === '-session',
        own,
      })),
    ),
  ),
  ...Object.entries(PLACED).flatMap(([kind, { place }]) =>
    ROLES.map((role) => ({
      name: `${role}${kind}`,
      hostile: role === 'hostile',
      argument: false,
      session: false,
      own: false,
      place,
    })),
  ),
]

/** All of them. A session belongs to a person, so the app's own token cannot open one. */
export const variants: readonly Variant[] = [
  ...PLACEMENTS.flatMap((placement) =>
    SOURCES.filter(
      ({ type }) => !(placement.type === 'session' && type === 'client-credentials'),
    ).map((source) => variant(`${placement.type}/${source.type}`, placement, source)),
  ),
  variant(
    'header X-API-Key/static',
    { type: 'header', name: 'X-API-Key' },
    { type: 'static', of: 'person' },
  ),
  variant(
    'header/static of the deployment',
    { type: 'header' },
    { type: 'static', of: 'deployment' },
  ),
  variant(
    'header Token/exchange',
    { type: 'header', value: 'Token {credential}' },
    { type: 'exchange', scopes },
  ),
  ...Object.entries(PLACED).map(([kind, { placement }]) => ({
    name: `${kind.slice(1)}/static`,
    placement,
    source: STORED,
    servers: ROLES.map((role) => `${role}${kind}`),
  })),
  ...STARTED.flatMap((placement) =>
    [STORED, { type: 'exchange', scopes } as const].map((source) =>
      variant(`${placement.type}/${source.type}`, placement, source),
    ),
  ),
  { ...variant('sse/static', { type: 'header' }, STORED), isLegacy: true },
  {
    name: 'header and argument/exchange and static',
    placement: [{ type: 'header' }, { type: 'argument', parameters: 'everywhere', from: SECOND }],
    source: { type: 'exchange', scopes },
    sources: { [SECOND]: STORED },
    servers: ROLES.map((role) => `${role}-arg`),
  },
]

function variant(name: string, placement: Placement, source: Source): Variant {
  const kinds: Readonly<Record<string, string>> = {
    argument: '-arg',
    prompt: '-arg',
    session: '-session',
  }
  const end = `${kinds[placement.type] ?? ''}${source.type === 'own' ? '-own' : ''}`
  return { name, placement, source, servers: ROLES.map((role) => `${role}${end}`) }
}

/** A server's name in a binding, which is part of a URL. Two variants bind one server in two ways. */
export function boundName({ name }: Variant, server: string): string {
  return `${server}-by-${name.replace(/[^a-z]+/gi, '-')}`
}

/** The server of a binding, by its name. */
export function serverOf(bound: string): string {
  return bound.split('-by-')[0] ?? ''
}

/** The binding of one server. */
export function bindingOf(variant: Variant, url: string, chat: string): BindingInput {
  const { placement, source, sources } = variant
  return {
    url,
    placement,
    source,
    ...(sources ? { sources } : {}),
    // The person's own token has the chat endpoint as its audience.
    ...(source.type === 'own' ? { resource: chat } : {}),
    ...(variant.isLegacy || ('type' in placement && placement.type === 'path')
      ? { url: urlOf(variant, url) ?? '', resource: url }
      : {}),
    ...(isStarted(variant) ? { url: 'stdio:server', resource: url, process: processTo(url) } : {}),
  }
}

/** A program that asks a server over HTTP. */
function processTo(url: string): ChildProcess {
  return { command: process.execPath, args: [program('own-stdio-server'), url] }
}

/** Whether the server is a process that is started for each person. */
export function isStarted({ placement }: Pick<Variant, 'placement'>): boolean {
  return 'type' in placement && (placement.type === 'env' || placement.type === 'args')
}

/**
 * The URL that a framework is given. A credential in the path has its place there. A process has none.
 */
export function urlOf(variant: Variant, url: string): string | undefined {
  const { placement } = variant
  if (isStarted(variant)) return undefined
  if (variant.isLegacy) return url === '' ? url : new URL('/sse', url).href
  return 'type' in placement && placement.type === 'path' && url !== ''
    ? new URL('/{credential}/mcp', url).href
    : url
}

/** An HMAC of the body. */
function signBody(...[{ body }, { credential }]: Parameters<Sign>): SignedHeaders {
  const signature = createHmac('sha256', credential.reveal()).update(body).digest('hex')
  return { 'x-signature': signature }
}
