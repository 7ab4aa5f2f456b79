// Tells the operator's `onError` what went wrong, and for whom.

import type { Admitted } from '../core/door/door.ts'
import type { ServerCall } from './call.ts'
import type { ProtectOptions } from './options.ts'

/** Makes the reporter of one admitted request. It never throws. */
export function reporter(
  { principal, trace }: Admitted,
  onError: ProtectOptions['onError'],
): ServerCall['report'] {
  return (error, tool) => {
    try {
      onError?.(error, { principal, trace, ...(tool === undefined ? {} : { tool }) })
    } catch {
      // A broken logger must not decide what the caller gets.
    }
  }
}
