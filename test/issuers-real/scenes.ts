// The scenes that are recorded of each issuer, and played again in `npm test` without it: what the
// app's settings are, and what it does. The outcome is the same both times.

import type { BindingInput } from 'onbehalf'
import { Credential } from 'onbehalf'
import { clientSecretBasic, introspectionVerifier } from 'onbehalf/oauth'
import { APP, type Declared } from './kind.ts'
import { openWorld, type World, type WorldOptions } from './world.ts'

/** What came of a scene: words that a person can compare. */
export type Outcome = Readonly<Record<string, unknown>>

/** What a scene is played with: the tokens of the page, the network and the clock. */
export interface Play extends Required<Pick<WorldOptions, 'now' | 'fetch'>> {
  readonly declared: Declared
  readonly tokens: Readonly<Record<string, string>>
}

type Scene = (play: Play) => Promise<Outcome>

/** The scenes, by their names. Those that need an exchange are left out where there is none. */
export const SCENES: Readonly<Record<string, Scene>> = {
  'the page’s access token at the door': async (play) => admission(world(play), play, 'access'),
  'the page’s ID token at the door': async (play) => admission(world(play), play, 'id'),
  'an exchange for Tasks': (play) => exchange(play, 'access'),
  'an exchange for Notes': (play) => exchange(play, 'access', 'Notes'),
  'an exchange after the sign-out': (play) => exchange(play, 'ended'),
  'an exchange with a wrong secret': (play) =>
    exchange(play, 'access', 'Tasks', { app: { secret: 'another-secret' } }),
  'an exchange for an unknown server': (play) =>
    exchange(play, 'access', 'Tasks', sourceOf({ audience: 'https://unknown.example/mcp' })),
  'an exchange for an unknown scope': (play) =>
    exchange(
      play,
      'access',
      'Tasks',
      sourceOf({ scopes: ['tasks:purge'], scopesFromIssuer: true }),
    ),
  'a live token at the introspection': (play) => introspection(play, 'asked'),
  'a revoked token at the introspection': (play) => introspection(play, 'revoked'),
}

function world({ declared, now, fetch }: Play, options: WorldOptions = {}): World {
  return openWorld(declared, { now, fetch, ...options })
}

async function admission(world: World, { tokens }: Play, name: string): Promise<Outcome> {
  const admitted = await world.admit(tokens[name] ?? '')
  if (!admitted.ok) return refusalOf(world, 'door')
  const { subject, client } = admitted.value.principal
  const { scopes, audience } = admitted.value.token
  return { subject, client, audience, scopes: [...scopes].sort() }
}

type Exchanging = Extract<BindingInput['source'], { type: 'exchange' }>

function sourceOf(changed: Partial<Exchanging>): WorldOptions {
  const source: Exchanging = { type: 'exchange', scopes: ['tasks:read'], ...changed }
  return { sources: { Tasks: source, Notes: source } }
}

async function exchange(
  play: Play,
  token: string,
  server: 'Tasks' | 'Notes' = 'Tasks',
  options: WorldOptions = {},
): Promise<Outcome> {
  const opened = world(play, options)
  const admitted = await opened.admit(play.tokens[token] ?? '')
  if (!admitted.ok) return refusalOf(opened, 'door')
  const seen = await opened.call(admitted.value, server)
  return typeof seen === 'string' ? refusalOf(opened, 'exchange') : { ...seen }
}

function refusalOf({ events }: World, wanted: string): Outcome {
  const event = events.findLast(({ hop }) => hop === wanted)
  const { outcome, reason } = event ?? {}
  const { authorizationServerError, authorizationServerErrorDescription } = event ?? {}
  return { outcome, reason, authorizationServerError, authorizationServerErrorDescription }
}

async function introspection(
  { declared, now, fetch, tokens }: Play,
  name: string,
): Promise<Outcome> {
  const { introspect } = declared
  if (typeof introspect === 'string') return {}
  const verifier = introspectionVerifier({
    issuer: declared.issuer,
    clientId: introspect.id,
    client: clientSecretBasic(new Credential(introspect.secret)),
    assumeAudience: introspect.assumeAudience ?? false,
    now,
    fetch,
  })
  const audience = introspect.audience ?? declared.appAudience ?? APP
  const answer = await verifier.verify(new Credential(tokens[name] ?? ''), audience)
  if (!answer.ok) return { reason: answer.refusal.reason }
  return { subject: answer.value.principal.subject, scopes: [...answer.value.scopes].sort() }
}

/** The scenes of an issuer: without an exchange, those of exchanges say nothing. */
export function scenesOf({ exchange, ownTokens, introspect }: Declared): readonly string[] {
  return Object.keys(SCENES).filter(
    (name) =>
      !(typeof exchange === 'string' && name.startsWith('an exchange')) &&
      !(ownTokens && /secret|sign-out/.test(name)) &&
      !(typeof introspect === 'string' && name.endsWith('introspection')),
  )
}

/** A recording of one issuer. */
export interface Recording {
  readonly kind: string
  readonly issuer: string
  /** The clients' ids and secrets, where the issuer makes them by itself. */
  readonly clients?: Readonly<Record<string, unknown>>
  /** What the issuer publishes: its metadata and keys. */
  readonly documents: readonly RecordedAnswer[]
  readonly scenes: readonly RecordedScene[]
}

/** One scene, as it was. */
export interface RecordedScene {
  readonly name: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly tokens: Readonly<Record<string, string>>
  /** What it answered to requests that are no published document. */
  readonly answers: readonly RecordedAnswer[]
  readonly outcome: Outcome
}

/** One answer of the issuer. */
export interface RecordedAnswer {
  readonly method: string
  readonly url: string
  readonly status: number
  readonly type: string
  readonly body: unknown
}

/** Plays the answers again: documents to every request, the others in their order. */
export function replayed(
  documents: readonly RecordedAnswer[],
  answers: readonly RecordedAnswer[],
): typeof globalThis.fetch {
  const left = [...answers]
  return async (input, init) => {
    const { method, url } = new Request(input, init)
    const fits = (one: RecordedAnswer) => one.method === method && one.url === url
    const at = left.findIndex(fits)
    const answer = at === -1 ? documents.find(fits) : left.splice(at, 1)[0]
    if (!answer) throw new TypeError(`not recorded: ${method} ${url}`)
    const { status, type, body } = answer
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), {
      status,
      headers: { 'content-type': type },
    })
  }
}
