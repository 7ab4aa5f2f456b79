// A quicker way into a handler of web requests: whoever serves it gives what node:http has, and no web
// classes are made. For routes whose own work costs less than those do.

import type { Result } from '../errors.ts'
import type { BodyBounds, BodyProblem } from './bounded-body.ts'

/** A request without web classes. */
export interface QuickRequest extends Pick<Request, 'headers' | 'method' | 'signal' | 'url'> {
  /** The target as it came. */
  readonly target: string
  /** Reads the bytes of the body, once. */
  read(bounds: BodyBounds): Promise<Result<Uint8Array, BodyProblem>>
}

/**
 * Answers a request; undefined for one that must go the usual way. It reads nothing of the body before
 * it says so.
 */
export type Quick = (request: QuickRequest) => Promise<Response> | undefined
