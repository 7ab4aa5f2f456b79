// The places in the arguments of a tool, as a tree. A place is one object, however often a schema
// leads to it, so work can be remembered by place. Pointers are written only for what was found.

import type { UnknownObject } from '../../core/json.ts'
import { EVERY, isNameable, type Segments } from './pointer.ts'

/** A place. */
export interface Place {
  /** The place above; undefined at the root. */
  readonly above: Place | undefined
  readonly segment: string
  /** How many segments lead to it. */
  readonly level: number
  /** Characters of those segments. */
  readonly chars: number
  /** Whether a pointer may name the place. */
  readonly isNameable: boolean
  /** The places below it, so far. */
  readonly members: Map<string, Place>
  /** The schemas that were looked at for this place. */
  readonly visited: Set<UnknownObject>
  /** Names like those of credentials and identities that a schema declares here. */
  readonly declared: Set<string>
}

/** Makes the place of the arguments as a whole. */
export function rootPlace(): Place {
  return placeBelow(undefined, '')
}

/** Gives a place below another one. */
export function below(place: Place, segments: Segments): Place {
  let here = place
  for (const segment of segments) {
    const known = here.members.get(segment)
    const next = known ?? placeBelow(here, segment)
    if (!known) here.members.set(segment, next)
    here = next
  }
  return here
}

/** Gives the segments that lead to a place. */
export function segmentsOf(place: Place): Segments {
  const segments: string[] = []
  for (let here = place; here.above; here = here.above) segments.push(here.segment)
  return segments.reverse()
}

function placeBelow(above: Place | undefined, segment: string): Place {
  return {
    above,
    segment,
    level: above ? above.level + 1 : 0,
    chars: above ? above.chars + segment.length : 0,
    isNameable: !above || (above.isNameable && (segment === EVERY || isNameable(segment))),
    members: new Map(),
    visited: new Set(),
    declared: new Set(),
  }
}
