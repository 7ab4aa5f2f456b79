// References in an OpenAPI document: JSON pointers into the document itself (RFC 6901). This is our own
// resolver, because the libraries also read files and addresses that a document names, and put whole
// schemas in place of references, which no JSON can hold where a schema contains itself.

import { isObject, type UnknownObject } from '../../core/json.ts'
import { Unusable } from './unusable.ts'

/** References one behind another. */
const MAX_STEPS = 16

/** Finds what references mean. */
export interface References {
  /**
   * The object that is meant: the value itself, unless it is a reference.
   *
   * @throws Unusable for a reference out of the document, or to nothing.
   */
  follow(value: unknown): UnknownObject
}

/** Makes the finder for one document. */
export function referencesIn(document: UnknownObject): References {
  return {
    follow(value) {
      let at = value
      for (let step = 0; step < MAX_STEPS; step++) {
        if (!isObject(at)) throw new Unusable('it refers to what is no object')
        if (typeof at.$ref !== 'string') return at
        at = pointed(document, at.$ref)
      }
      throw new Unusable('it has a reference that leads back to itself')
    },
  }
}

function pointed(document: UnknownObject, reference: string): unknown {
  if (!reference.startsWith('#/')) throw new Unusable('it has a $ref to another document')
  let at: unknown = document
  for (const piece of reference.slice(2).split('/')) {
    const name = unescaped(piece)
    if (!(isObject(at) || Array.isArray(at)) || !Object.hasOwn(at, name))
      throw new Unusable(`it has a $ref to nothing: ${reference.slice(0, 100)}`)
    at = (at as UnknownObject)[name]
  }
  return at
}

/** A pointer in a URL fragment is percent-encoded, too. */
function unescaped(piece: string): string {
  const pointer = piece.replaceAll('~1', '/').replaceAll('~0', '~')
  try {
    return decodeURIComponent(pointer)
  } catch {
    return pointer
  }
}
