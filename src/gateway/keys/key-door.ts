// The door for access keys: it admits a request by a key in place of a token, within the key's consent.

import { answerAs } from '../../answer-as.ts'
import type { AskedResource } from '../../app-doors.ts'
import type { Caller } from '../../caller.ts'
import type { Credential } from '../../core/credential.ts'
import { toResponse } from '../../core/door/answer.ts'
import type { Admission } from '../../core/door/door.ts'
import { AuthError, type Refusal } from '../../core/errors.ts'
import { resourceMetadataUrl } from '../../core/resource.ts'
import { missingScopes } from '../../core/scope.ts'
import { problem, REFUSED_BY_HTTP } from '../../mcp-server/problem.ts'
import type { OnBehalf } from '../../on-behalf.ts'
import type { Route } from '../routes.ts'
import { type AccessKeys, accessKeyIn } from './access-keys.ts'
import { NOT_FOR_KEYS } from './key-servers.ts'

/** What it works with. */
export interface KeyDoorParts {
  readonly keys: AccessKeys
  readonly routes: readonly Route[]
  /** The servers that keys can be used for. */
  readonly servers: readonly string[]
  /** Scopes that every request needs. */
  readonly scopes: readonly string[]
}

/** Admits requests with a key by the key, and all others as before. */
export function withAccessKeys(onbehalf: OnBehalf, parts: KeyDoorParts): OnBehalf {
  const admit = (request: Request, asked?: AskedResource): Promise<Admission<Caller>> => {
    const key = accessKeyIn(request)
    return key ? admitByKey(key, asked, onbehalf, parts) : onbehalf.admit(request, asked)
  }
  return {
    ...onbehalf,
    admit,
    async handle(request, answer, asked) {
      if (!accessKeyIn(request)) return onbehalf.handle(request, answer, asked)
      const admission = await admit(request, asked)
      return admission.ok ? answerAs(admission.value, request.signal, answer) : admission.response
    },
  }
}

async function admitByKey(
  key: Credential,
  asked: AskedResource | undefined,
  onbehalf: OnBehalf,
  { keys, routes, servers, scopes }: KeyDoorParts,
): Promise<Admission<Caller>> {
  const route = routes.find(({ resource }) => resource === asked?.resource)
  const challenge = route ? { resourceMetadata: resourceMetadataUrl(route.resource) } : {}
  const refuse = (refusal: Refusal) =>
    ({ ok: false, refusal, response: toResponse(refusal, challenge) }) as const
  try {
    const found = await keys.find(key)
    if (!found) return refuse({ reason: 'token_inactive' })
    const agreed = route?.servers.filter((server) => found.servers.includes(server)) ?? []
    if (agreed.length === 0) return notForIt('This access key is not for this server.')
    if (!agreed.some((server) => servers.includes(server))) return notForIt(`${NOT_FOR_KEYS}.`)
    const acting = await onbehalf.actFor(found.principal, { job: found.job })
    if (!acting.ok)
      // A consent that is over is a key that is over.
      return refuse(
        acting.refusal.reason === 'consent_missing' ? { reason: 'token_inactive' } : acting.refusal,
      )
    if (missingScopes(scopes, acting.value.token.scopes).length === 0) return acting
    await acting.value.end()
    return refuse({ reason: 'scope_missing', scopes })
  } catch {
    // The error of a store may quote what it was given, so it ends here.
    return refuse({ reason: 'issuer_unavailable' })
  }
}

function notForIt(sentence: string) {
  return {
    ok: false,
    refusal: { reason: 'server_unbound' },
    response: problem(403, REFUSED_BY_HTTP, sentence),
  } as const
}

/** The servers of a route that a caller may use at all: a key is for some of them. */
export function withinReach(route: Route, caller: Caller): Route {
  const servers = route.servers.filter((server) => {
    try {
      return caller.url(server) !== ''
    } catch (error) {
      return !(error instanceof AuthError && error.code === 'server_unbound')
    }
  })
  return servers.length === route.servers.length ? route : { ...route, servers }
}
