// The credentials that are live in one run, and the redactor for them. A credential that was sent
// to any server of the run is taken out of every server's answers.

import type { Credential } from '../../core/credential.ts'
import { createRedactor, type Redactor } from './redactor.ts'

/** The live credentials of one run, shared by the fetches of all its servers. */
export interface LiveSecrets {
  add(credential: Credential): void
  /** The redactor for all credentials that were added so far. */
  redactor(): Redactor
}

/** Redactors by their credential: building one is slow, and the same token serves many runs. */
const redactors = new WeakMap<Credential, Redactor>()

/** Makes an empty set. */
export function liveSecrets(): LiveSecrets {
  const secrets = new Set<Credential>()
  let current: Redactor | undefined
  return {
    add(credential) {
      if (secrets.has(credential)) return
      secrets.add(credential)
      current = undefined
    },
    redactor() {
      current ??= secrets.size === 1 ? redactorOfOne(secrets) : createRedactor([...secrets])
      return current
    },
  }
}

function redactorOfOne(secrets: ReadonlySet<Credential>): Redactor {
  const [only] = secrets
  if (!only) return createRedactor([])
  const redactor = redactors.get(only) ?? createRedactor([only])
  redactors.set(only, redactor)
  return redactor
}
