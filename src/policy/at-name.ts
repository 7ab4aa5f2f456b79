// Reads a member by its name, or by a JSON pointer (RFC 6901), of what comes from outside.

import { isObject } from '../core/json.ts'
import { readsAlike } from '../core/reads-alike.ts'

/** The member; undefined where there is none. An inherited one is none. */
export function memberAt(value: unknown, name: string): unknown {
  return partsOf(name).reduce(memberOf, value)
}

/** Whether a server that ignores letter case may find another member there. */
export function hasTwinAt(value: unknown, name: string): boolean {
  let outer = value
  for (const part of partsOf(name)) {
    if (isObject(outer) && Object.keys(outer).some((key) => readsAlike(key, part))) return true
    outer = memberOf(outer, part)
  }
  return false
}

function partsOf(name: string): readonly string[] {
  if (!name.startsWith('/')) return [name]
  return name
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function memberOf(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return /^\d{1,9}$/.test(name) ? value[Number(name)] : undefined
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}
