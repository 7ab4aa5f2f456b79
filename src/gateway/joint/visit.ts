// One request at an address with several servers, and its ways to each of them.

import type { Caller } from '../../caller.ts'
import type { Refusal } from '../../core/errors.ts'
import { forwarded, type PassingParts } from '../pass-on.ts'
import type { Route } from '../routes.ts'
import { serverFetch } from '../server-fetch.ts'
import type { SessionIds } from '../session-ids.ts'
import type { FrontSession } from './front-session.ts'
import type { JointStreams } from './streams.ts'
import type { Upstream, Upstreams } from './upstreams.ts'

/** What serving needs, shared by all requests. */
export interface JointParts extends PassingParts {
  readonly ids: SessionIds
  readonly upstreams: Upstreams
  readonly streams: JointStreams
}

/** One request of a client, at one address. */
export interface Visit {
  readonly route: Route
  readonly caller: Caller
  /** The client's session, as the gateway named it. */
  readonly front: FrontSession
  /** Headers that go on. */
  readonly headers: Headers
  readonly signal: AbortSignal
  readonly upstreams: Upstreams
  /** The way to one server. */
  upstreamOf(server: string, onRefused?: (refusal: Refusal) => void): Upstream
}

/** Makes the visit of a request. */
export function visitOf(
  request: Request,
  { route, caller, front }: Pick<Visit, 'route' | 'caller' | 'front'>,
  parts: JointParts,
): Visit {
  const { signal } = request
  return {
    route,
    caller,
    front,
    headers: forwarded(request.headers, parts.forwardHeaders),
    signal,
    upstreams: parts.upstreams,
    upstreamOf: (server, onRefused) => ({
      server,
      front,
      url: parts.urlOf(server),
      caller,
      fetch: serverFetch(server, caller, parts, onRefused),
      signal,
    }),
  }
}
