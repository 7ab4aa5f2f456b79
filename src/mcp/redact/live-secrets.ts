// The credentials that are live in one run, and the redactor for them. What was sent anywhere in the run is taken out of whatever comes back.

import type { Credential } from '../../core/credential.ts'
import { createRedactor, type Redactor } from './redactor.ts'

/** The live credentials of one run, shared by the fetches of all its servers. */
export interface LiveSecrets {
  add(credential: Credential): void
  /** For all that were added so far. */
  redactor(): Redactor
}

/** Redactors are costly to build, and the same token serves many runs. */
const built = new WeakMap<Credential, Redactor>()

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
      current ??= secrets.size === 1 ? single(secrets) : createRedactor([...secrets])
      return current
    },
  }
}

function single(secrets: ReadonlySet<Credential>): Redactor {
  const [only] = secrets
  if (!only) return createRedactor([])
  const redactor = built.get(only) ?? createRedactor([only])
  built.set(only, redactor)
  return redactor
}
