// A connect flow as it is stored between the two redirects: the answer must match it. There is one
// for each person and server, so that nothing piles up. It works once, by compare-and-set.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { Credential } from '../../core/credential.ts'
import { type Principal, principalKey } from '../../core/principal.ts'
import type { SecretKey, SecretRecord, SecretStore } from '../../core/vault/secret-store.ts'
import type { Settings } from './settings.ts'

/** How long a person may take at the authorization server. */
export const FLOW_LIFE_SECONDS = 600

/** How many times to try to replace an older flow of the same person. */
const MAX_ATTEMPTS = 5

/** What begins a flow. */
export interface FlowStart {
  readonly clientId: string
  readonly returnTo: string
  /** The scopes that the person is asked for. */
  readonly scopes: readonly string[]
  /** Whether the issuer said that it names itself in every answer (RFC 9207 section 3). */
  readonly namesIssuer: boolean
  /** The key that the tokens shall be bound to. */
  readonly dpopKey?: Credential | undefined
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/** The secrets of a flow. Each is 256 random bits, base64url. */
export interface FlowSecrets {
  /** The proof key (RFC 7636). */
  readonly verifier: string
  readonly state: string
  /** The value of the browser's cookie. */
  readonly browser: string
}

/** A flow whose answer has come. */
export interface Flow {
  readonly verifier: Credential
  readonly clientId: string
  readonly returnTo: string
  readonly scopes: readonly string[]
  /** Also when its metadata cannot be read at the end. */
  readonly namesIssuer: boolean
  readonly dpopKey: Credential | undefined
}

/** Stores a new flow in place of an older one. Undefined when that was not possible. */
export async function beginFlow(
  store: SecretStore,
  principal: Principal,
  settings: Settings,
  { clientId, returnTo, scopes, namesIssuer, dpopKey, expiresAt }: FlowStart,
): Promise<FlowSecrets | undefined> {
  const key = flowKey(principal, settings)
  const secrets: FlowSecrets = { verifier: random(), state: random(), browser: random() }
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const before = await store.read(key)
    const written = await store.write({
      ...key,
      // The issuer that the person is sent to, and the only one whose answer counts.
      issuer: settings.issuer,
      version: (before?.version ?? 0) + 1,
      secrets: {
        verifier: new Credential(secrets.verifier),
        state: new Credential(secrets.state),
        browser: new Credential(secrets.browser),
        ...(dpopKey ? { dpopKey } : {}),
      },
      facts: { clientId, returnTo, scopes, namesIssuer, expiresAt },
    })
    if (written) return secrets
  }
  return undefined
}

/** What an answer brings. */
export interface FlowAnswer {
  readonly state: string
  readonly browser: string
}

/**
 * Takes the person's flow; it works once. Undefined when the answer does not belong to it: another
 * state, another browser, another person (whose flow is another record), an issuer that is not the
 * configured one, too late, or taken already. Such answers leave the flow as it is.
 */
export async function takeFlow(
  store: SecretStore,
  principal: Principal,
  settings: Settings,
  answer: FlowAnswer,
  now: number,
): Promise<Flow | undefined> {
  const found = await store.read(flowKey(principal, settings))
  if (!found || found.issuer !== settings.issuer) return undefined
  const { verifier, state, browser, dpopKey } = found.secrets
  const { clientId, returnTo, expiresAt } = found.facts
  // A flow that an older version began has none: it asked for the declared ones.
  const { scopes = settings.scopes } = found.facts
  if (
    !verifier ||
    !state ||
    !browser ||
    typeof clientId !== 'string' ||
    typeof returnTo !== 'string' ||
    typeof scopes !== 'object'
  )
    return undefined
  if (typeof expiresAt !== 'number' || now >= expiresAt) return undefined
  // Compare both, so that the time does not tell which one was wrong.
  const same = [isSame(state, answer.state), isSame(browser, answer.browser)]
  if (same.includes(false)) return undefined
  // The empty record keeps the version number. Without it, a new flow could get the number of this
  // one.
  const taken: SecretRecord = { ...found, version: found.version + 1, secrets: {}, facts: {} }
  const namesIssuer = found.facts.namesIssuer === true
  return (await store.write(taken))
    ? { verifier, clientId, returnTo, scopes, namesIssuer, dpopKey }
    : undefined
}

function flowKey(principal: Principal, { resource }: Settings): SecretKey {
  return { owner: principalKey(principal), resource, kind: 'flow' }
}

function random(): string {
  return randomBytes(32).toString('base64url')
}

/** Compares digests, so that the time tells nothing about the text. */
function isSame(expected: Credential, given: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(expected.reveal()), digest(given))
}
