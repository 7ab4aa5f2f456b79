// onbehalf/egress: the two ways out of this process: to what the operator configured, and to what a
// document from outside names.

export { type EgressFetch, egressFetch } from './egress-fetch.ts'
export { type GuardedFetchOptions, guardedFetch } from './guarded-fetch.ts'
export type { Resolve, ResolvedAddress } from './guarded-lookup.ts'
