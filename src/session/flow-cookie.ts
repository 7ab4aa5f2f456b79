// What ties a sign-in to the browser that began it: one random value in a cookie. State, nonce and
// proof key are made of it, so that nothing is stored for people who only look.

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { Credential } from '../core/credential.ts'
import { cookiesIn, type HostCookie, hostCookie } from '../core/http/cookie.ts'
import { isObject, parseJson } from '../core/json.ts'
import { isReturnPath } from '../oauth/connection/return-path.ts'

/** How long a person may take at the authorization server. */
export const FLOW_LIFE_SECONDS = 600

/** More sign-ins of one browser at once are not kept: their cookies would fill its requests. */
const MAX_FLOWS = 5

/** A sign-in that began in this browser. */
export interface SignInFlow {
  /** Names it in the store, so that its answer is taken once. Nothing can be made of it. */
  readonly id: string
  readonly returnTo: string
  /** Whether the issuer said that it names itself in every answer (RFC 9207 section 3). */
  readonly namesIssuer: boolean
  readonly nonce: string
  /** The proof key (RFC 7636). */
  readonly verifier: Credential
  /** Removes the cookie. */
  readonly clearing: string
}

/** A sign-in that begins. */
export interface BegunFlow {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  /** `Set-Cookie` values. */
  readonly cookies: readonly string[]
}

/** The cookies of sign-ins under way. Each has its own, so that several tabs can sign in at once. */
export interface FlowCookies {
  begin(request: Request, facts: FlowFacts): BegunFlow
  /** The flow that an answer with this state belongs to; undefined when it is not of this browser. */
  find(request: Request, state: string): SignInFlow | undefined
}

/** What the cookie keeps beside its random value. */
interface FlowFacts {
  readonly returnTo: string
  readonly namesIssuer: boolean
  /** Seconds since the epoch. */
  readonly startedAt: number
}

/**
 * Makes the cookies.
 *
 * @param name The name of the session's cookie.
 * @param now Milliseconds since the epoch.
 */
export function flowCookies(name: string, isSecure: boolean, now: () => number): FlowCookies {
  const cookieOf = (tag: string): HostCookie => hostCookie(`${name}-flow-${tag}`, isSecure)

  return {
    begin(request, facts) {
      const seed = randomBytes(32).toString('base64url')
      const body = Buffer.from(JSON.stringify(facts)).toString('base64url')
      const state = made('state', seed, body)
      const others = tagsIn(request.headers, cookieOf('').name)
      const cookies = [
        cookieOf(tagOf(state)).set(`${seed}.${body}`, FLOW_LIFE_SECONDS),
        ...others.slice(0, -(MAX_FLOWS - 1)).map((tag) => cookieOf(tag).set('', 0)),
      ]
      return { state, nonce: made('nonce', seed), verifier: made('verifier', seed), cookies }
    },
    find(request, state) {
      const cookie = cookieOf(tagOf(state))
      const found = cookie.read(request.headers)
      if (typeof found === 'string') return undefined
      const [seed = '', body = '', ...more] = found.value.split('.')
      const facts = parseFacts(body)
      if (more.length > 0 || !facts || !isSame(made('state', seed, body), state)) return undefined
      if (now() / 1000 >= facts.startedAt + FLOW_LIFE_SECONDS) return undefined
      return {
        id: made('id', seed),
        returnTo: facts.returnTo,
        namesIssuer: facts.namesIssuer,
        nonce: made('nonce', seed),
        verifier: new Credential(made('verifier', seed)),
        clearing: cookie.set('', 0),
      }
    },
  }
}

/** A value for one use. Nobody gets from one to another, or to the seed. */
function made(use: string, seed: string, body = ''): string {
  return createHmac('sha256', seed).update(`${use} ${body}`).digest('base64url')
}

/** What the cookie's name has of the state. */
function tagOf(state: string): string {
  return createHash('sha256').update(state).digest('base64url').slice(0, 12)
}

function tagsIn(headers: Headers, prefix: string): readonly string[] {
  return cookiesIn(headers)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name]) => name.slice(prefix.length))
    .filter((tag) => /^[\w-]{12}$/.test(tag))
}

/** The state covers the facts. The path is checked again all the same: people are sent there. */
function parseFacts(body: string): FlowFacts | undefined {
  const facts = parseJson(Buffer.from(body, 'base64url').toString())
  if (!isObject(facts)) return undefined
  const { returnTo, namesIssuer, startedAt } = facts
  if (typeof returnTo !== 'string' || !isReturnPath(returnTo)) return undefined
  if (typeof namesIssuer !== 'boolean' || typeof startedAt !== 'number') return undefined
  return { returnTo, namesIssuer, startedAt }
}

function isSame(expected: string, given: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(expected), digest(given))
}
