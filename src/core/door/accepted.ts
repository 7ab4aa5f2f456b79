// Whom the tokens at a door are for, and what its challenges point to: checked once, at creation.

import { checkAudience } from '../audience.ts'
import { allowedHttp, type PlainHttpOptions } from '../plain-http.ts'
import { canonicalResource, requestedResource, resourceMetadataUrl } from '../resource.ts'
import type { DoorFace } from './answer.ts'
import type { ProofVerifier } from './proof.ts'

/** The settings of a door that say whom tokens are for. */
interface AcceptedSettings extends PlainHttpOptions {
  readonly resource?: string
  readonly audience?: string | readonly string[]
  readonly proofs?: ProofVerifier
}

/** Whom tokens are for, checked. */
interface Accepted {
  readonly resource: string | undefined
  readonly audience: readonly string[]
  /** What the audit calls the door. */
  readonly destination: string
}

/**
 * Checks them.
 *
 * @throws TypeError that names the setting.
 */
export function checkAccepted(settings: AcceptedSettings): Accepted {
  const { resource: named, audience, proofs } = settings
  const allows = allowedHttp(settings)
  const resource = named === undefined ? undefined : canonicalResource(named, allows)
  const accepted = audience === undefined ? resource : checkAudience('audience', audience)
  if (accepted === undefined)
    throw new TypeError(
      'resource or audience must be given: what the issuer puts into the audience of the tokens for this app',
    )
  if (proofs && resource === undefined)
    throw new TypeError('proofs need the setting resource: a proof names the URL that it is for')
  const list = typeof accepted === 'string' ? [accepted] : accepted
  return { resource, audience: list, destination: resource ?? list[0] ?? '' }
}

/** What the challenges point to. Without a resource, that is the URL that was asked. */
export function facesOf(
  resource: string | undefined,
  scopes: readonly string[],
  proofs: ProofVerifier | undefined,
): (request: Pick<Request, 'url'> | undefined) => DoorFace {
  const face = { scopes, ...(proofs ? { proofAlgorithms: proofs.algorithms } : {}) }
  return (request) => {
    const asked = resource ?? (request && requestedResource(request.url))
    return asked === undefined ? face : { ...face, resourceMetadata: resourceMetadataUrl(asked) }
  }
}
