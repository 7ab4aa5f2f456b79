// The doors of an app: one for each of its protected resources. They admit requests as callers, and
// describe the resources.

import { type Caller, openCaller } from './caller.ts'
import type { CallerParts } from './caller-parts.ts'
import type { DeclaredIssuers } from './core/declared-issuers.ts'
import { toResponse } from './core/door/answer.ts'
import type { Admission, Admitted, Door } from './core/door/door.ts'
import type { KeptSignIns, PresentedSignIn } from './core/door/kept-sign-in.ts'
import { granted, type Refusal } from './core/errors.ts'
import { principalKey } from './core/principal.ts'
import { describedResource, resourceMetadataResponse } from './core/resource.ts'
import { traceparents } from './core/trace.ts'
import { renewFrom } from './renew-sign-in.ts'

/** What a request is for, in an app that has several protected resources. */
export interface AskedResource {
  /**
   * The identifier of the resource. It is also the audience of its tokens, unless the app names
   * another one. Take it from your own settings: a request must not choose it. Default: the app's
   * `resource`.
   */
  readonly resource?: string
}

/** Admits a request, as `OnBehalf` says. */
export type Admit = (request: Request, asked?: AskedResource) => Promise<Admission<Caller>>

/** Answers a request for metadata, as `OnBehalf` says. */
export type Describe = (request: Request, asked?: AskedResource) => Response | undefined

/** What is admitted, and what its caller works with. */
interface Opening {
  readonly admitted: Admitted
  readonly parts: CallerParts
}

/**
 * Admits a request at the door of a resource, and opens its caller.
 *
 * @param limit Leaves the caller less than the token allows.
 */
export type OpenAtDoor = (
  request: Request,
  resource: string | undefined,
  kept: Partial<PresentedSignIn>,
  limit?: (admitted: Admitted) => Opening,
) => Promise<Admission<Caller>>

/** Makes the function that opens callers. */
export function opener(
  doorOf: (resource: string | undefined) => Door,
  issuers: DeclaredIssuers,
  shared: CallerParts,
): OpenAtDoor {
  return async (request, resource, { presented, signIn }, limit) => {
    const admission = await doorOf(resource).admit(request, presented ? { presented } : {})
    if (!admission.ok) return admission
    // The issuer may answer a refresh with a token of somebody else.
    if (signIn && signIn.owner !== principalKey(admission.value.principal))
      return refusedAfterAll({ reason: 'sign_in_ended' })
    const { admitted, parts } = limit?.(admission.value) ?? {
      admitted: admission.value,
      parts: shared,
    }
    const caller = await openCaller(
      signIn ? { ...admitted, signIn } : admitted,
      partsAt(issuers, admission.value, parts),
    )
    return caller.ok ? caller : refusedAfterAll(caller.refusal)
  }
}

/**
 * Admits a request at the door of what it is for, by its token or by the sign-in that its cookie
 * stands for, and opens its caller.
 */
export function admitter(
  open: OpenAtDoor,
  named: string | undefined,
  session: KeptSignIns | undefined,
): Admit {
  return async (request, { resource = named } = {}) => {
    const kept: Partial<PresentedSignIn> = (await session?.present(request)) ?? {}
    const admission = await open(request, resource, kept)
    const { signIn, presented } = kept
    if (!admission.ok && session && admission.refusal.reason === 'credential_missing')
      return { ...admission, response: askingToSignIn(admission.response) }
    if (!admission.ok || !signIn || !presented) return admission
    const { url } = request
    const { placement } = presented
    const headers = { traceparent: traceparents(admission.value.trace)() }
    renewFrom(signIn, admission.value, (credential) =>
      open(new Request(url, { headers }), resource, {
        signIn,
        presented: { placement, credential: granted(credential) },
      }),
    )
    return admission
  }
}

/** The door's answer, in the words of an app whose people have no token to send. */
function askingToSignIn({ status, headers }: Response): Response {
  const message = 'Nobody is signed in. Sign in, or send an access token.'
  return Response.json({ code: 'unauthorized', message }, { status, headers })
}

/** What a caller works with whose token is of one of several issuers. */
export function partsAt(
  issuers: DeclaredIssuers,
  { principal }: Admitted,
  parts: CallerParts,
): CallerParts {
  const exchanger = issuers.exchangerOf(principal.issuer)
  return exchanger ? { ...parts, sources: { ...parts.sources, exchanger } } : parts
}

/** The answer to a request that the door itself had let in. */
export function refusedAfterAll(refusal: Refusal): Admission<never> {
  return { ok: false, refusal, response: toResponse(refusal, {}) }
}

/** Answers requests for the protected resource metadata. */
export function describer(
  named: string | undefined,
  issuers: DeclaredIssuers,
  scopesSupported: readonly string[],
): Describe {
  return (request, asked = {}) => {
    const resource = asked.resource ?? named ?? describedResource(request)
    if (resource === undefined) return undefined
    return resourceMetadataResponse(request, {
      resource,
      authorization_servers: issuers.authorizationServers,
      ...(scopesSupported.length > 0 ? { scopes_supported: scopesSupported } : {}),
      bearer_methods_supported: ['header'],
    })
  }
}

/** The doors of an app, one for each resource that it names. */
export function doorsByResource(
  make: (resource: string | undefined) => Door,
): (resource: string | undefined) => Door {
  const doors = new Map<string | undefined, Door>()
  return (resource) => {
    const door = doors.get(resource) ?? make(resource)
    doors.set(resource, door)
    return door
  }
}
