// onbehalf/egress: the two ways out of this process, one for configured destinations and one for
// URLs from outside.

export { type EgressFetch, type EgressFetchOptions, egressFetch } from './egress-fetch.ts'
export type { EgressWay } from './egress-way.ts'
export { type GuardedFetchOptions, guardedFetch } from './guarded-fetch.ts'
export type { Resolve, ResolvedAddress } from './guarded-lookup.ts'
