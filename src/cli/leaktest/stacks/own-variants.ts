// Every way in which our own stack can carry a credential: each placement with each source that fits,
// and the servers that each of them reaches.

import type { BindingInput, Placement, Source } from 'onbehalf'

/** One way. A chat message chooses it by its name. */
export interface Variant {
  readonly name: string
  readonly placement: Placement
  readonly source: Source
  /** The servers of leaktest that it reaches. */
  readonly servers: readonly string[]
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

const SOURCES: readonly Source[] = [
  { type: 'exchange', scopes },
  { type: 'own' },
  { type: 'connection' },
  { type: 'static', of: 'person' },
  { type: 'client-credentials', scopes },
  { type: 'identity-assertion', scopes },
]

/** The servers: three of each kind that a placement needs, and apart from them those of `own`. */
export const servers: readonly ServerShape[] = [false, true].flatMap((own) =>
  ['', '-arg', '-session'].flatMap((kind) =>
    ROLES.map((role) => ({
      name: `${role}${kind}${own ? '-own' : ''}`,
      hostile: role === 'hostile',
      argument: kind === '-arg',
      session: kind === '-session',
      own,
    })),
  ),
)

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
  const { placement, source } = variant
  return {
    url,
    placement,
    source,
    // The person's own token has the chat endpoint as its audience.
    ...(source.type === 'own' ? { resource: chat } : {}),
  }
}
