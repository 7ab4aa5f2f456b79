// A connection under way, as it is stored between the two redirects: what the answer will be held against. One for each person and server, so
// that nothing piles up; single use, by compare-and-set.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { Credential } from '../../core/credential.ts'
import { type Principal, principalKey } from '../../core/principal.ts'
import type { SecretKey, SecretRecord, SecretStore } from '../../core/vault/secret-store.ts'
import type { Settings } from './settings.ts'

/** Seconds that a person has at the authorization server. */
export const FLOW_LIFE = 600

/** Attempts to write over another beginning of the same person's. */
const ATTEMPTS = 5

/** What begins a flow. */
export interface FlowStart {
  readonly clientId: string
  readonly returnTo: string
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/** The secrets of a flow. Each is 256 random bits, base64url. */
export interface FlowSecrets {
  /** The proof key (RFC 7636). */
  readonly verifier: string
  readonly state: string
  /** What the browser's cookie holds. */
  readonly browser: string
}

/** A flow that is answered. */
export interface Flow {
  readonly verifier: Credential
  readonly clientId: string
  readonly returnTo: string
}

/** Stores a new flow, in the place of an older one; undefined when that could not be done. */
export async function beginFlow(
  store: SecretStore,
  principal: Principal,
  settings: Settings,
  { clientId, returnTo, expiresAt }: FlowStart,
): Promise<FlowSecrets | undefined> {
  const key = flowKey(principal, settings)
  const secrets: FlowSecrets = { verifier: random(), state: random(), browser: random() }
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
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
      },
      facts: { clientId, returnTo, expiresAt },
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
 * Takes the person's flow, once. Undefined when the answer is not its: another state, another browser, another person (whose flow is another
 * record), another issuer than the one configured now, too late, or taken already. Those leave the flow as it is.
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
  const { verifier, state, browser } = found.secrets
  const { clientId, returnTo, expiresAt } = found.facts
  if (
    !verifier ||
    !state ||
    !browser ||
    typeof clientId !== 'string' ||
    typeof returnTo !== 'string'
  )
    return undefined
  if (typeof expiresAt !== 'number' || now >= expiresAt) return undefined
  // Both are compared, whatever the first one says.
  const same = [isSame(state, answer.state), isSame(browser, answer.browser)]
  if (same.includes(false)) return undefined
  // The empty record keeps the count of versions: were it removed, a new flow could get the number of this one.
  const taken: SecretRecord = { ...found, version: found.version + 1, secrets: {}, facts: {} }
  return (await store.write(taken)) ? { verifier, clientId, returnTo } : undefined
}

function flowKey(principal: Principal, { resource }: Settings): SecretKey {
  return { owner: principalKey(principal), resource, kind: 'flow' }
}

function random(): string {
  return randomBytes(32).toString('base64url')
}

/** Digests are compared, so that the time says nothing. */
function isSame(expected: Credential, given: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(expected.reveal()), digest(given))
}
