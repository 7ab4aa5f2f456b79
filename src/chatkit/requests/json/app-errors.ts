// What a client is told when a function of the app throws.

import { granted, type Result } from '../../../core/errors.ts'
import { conflict, invalid, refuse, type WireRefusal } from '../../protocol/refusal.ts'
import { errorEventFor } from '../../runs/error-event.ts'

/**
 * Runs a function of the app. An error that it throws for the person becomes a refusal with the
 * error's text.
 */
export async function withPersonalError<T>(
  work: () => Promise<T>,
): Promise<Result<T, WireRefusal>> {
  try {
    return granted(await work())
  } catch (error) {
    const { message, onbehalf_words } = errorEventFor(error)
    if (message === undefined) throw error
    return refuse({ ...invalid(message), ...(onbehalf_words ? { onbehalf_words } : {}) })
  }
}

/**
 * The same for a function that may have changed something before it failed. Clients repeat a
 * request after a 503, so it gets a 409 instead.
 */
export async function tryOnce<T>(
  work: () => Promise<T>,
  onError: (error: unknown) => void,
): Promise<Result<T, WireRefusal>> {
  try {
    return await withPersonalError(work)
  } catch (error) {
    onError(error)
    return refuse(conflict('failed'))
  }
}
