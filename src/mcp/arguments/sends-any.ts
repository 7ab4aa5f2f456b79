// Tells whether the model sends a parameter that was taken out of the schema and is not filled. It
// must not choose whose account a call is for.

import { injectArguments } from './inject.ts'
import { parentOf } from './pointer.ts'

/**
 * Whether arguments have something at one of the places, or beside it under the same name in another
 * spelling: a lax server may take that, too. Also true for arguments that cannot be searched.
 */
export function sendsAny(args: unknown, pointers: readonly string[]): boolean {
  if (pointers.length === 0) return false
  const slots = pointers.map((pointer) => ({ pointer, value: '', makesParents: false }))
  const tried = injectArguments(args, slots)
  if (!tried.ok) return true
  const { overwritten, elsewhere, blocked } = tried.value
  const parents = new Set(pointers.map(parentOf))
  return (
    overwritten.length + blocked.length > 0 ||
    elsewhere.some((place) => parents.has(parentOf(place)))
  )
}
