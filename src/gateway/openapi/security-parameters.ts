// The parameters that an API's security schemes are about (OpenAPI 3.1, Security Scheme Object): a
// credential goes there, by a placement, and never an argument.

import { isObject, type UnknownObject } from '../../core/json.ts'
import type { Reserved } from './operation.ts'
import { referencesIn } from './references.ts'
import { Unusable } from './unusable.ts'

/** What is reserved, and the parameters of the document's security schemes beside it. */
export function securityParameters(document: UnknownObject, reserved: Reserved): Reserved {
  const { components } = document
  const schemes = isObject(components) ? components.securitySchemes : undefined
  const found = { header: [] as string[], query: [] as string[], cookie: [] as string[] }
  for (const one of Object.values(isObject(schemes) ? schemes : {})) {
    const scheme = followed(document, one)
    const { type, in: place, name } = scheme
    if (type !== 'apiKey' || typeof name !== 'string') continue
    if (place === 'header') found.header.push(name.toLowerCase())
    if (place === 'query') found.query.push(name)
    if (place === 'cookie') found.cookie.push(name)
  }
  return {
    header: new Set([...reserved.header, ...found.header]),
    query: new Set([...reserved.query, ...found.query]),
    cookie: new Set([...reserved.cookie, ...found.cookie]),
  }
}

function followed(document: UnknownObject, scheme: unknown): UnknownObject {
  try {
    return referencesIn(document).follow(scheme)
  } catch (error) {
    if (error instanceof Unusable) return {}
    throw error
  }
}
