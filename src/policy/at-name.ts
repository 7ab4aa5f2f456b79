// Reads a member by its name, or by a JSON pointer (RFC 6901), of what comes from outside.

import { isObject } from '../core/json.ts'

/** The member; undefined where there is none. An inherited one is none. */
export function memberAt(value: unknown, name: string): unknown {
  if (!name.startsWith('/')) return memberOf(value, name)
  return name
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(memberOf, value)
}

function memberOf(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return /^\d{1,9}$/.test(name) ? value[Number(name)] : undefined
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}
