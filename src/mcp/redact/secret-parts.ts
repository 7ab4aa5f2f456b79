// The secrets inside one credential: a key that is JSON has several, and of `user:password` the server
// knows the password alone.

import { Credential } from '../../core/credential.ts'
import { isObject, parseJson } from '../../core/json.ts'
import { MIN_SECRET_CHARS } from './variants.ts'

/** Parts of one credential at most. */
const MAX_PARTS = 8

/** The parts that may come back alone, and are long enough to be searched for. */
export function partsOf(secret: string): readonly Credential[] {
  const parts = secret.startsWith('{') ? membersOf(secret) : passwordOf(secret)
  return parts
    .filter((part) => part.length >= MIN_SECRET_CHARS && !/[\u0000-\u001f\u007f]/.test(part))
    .slice(0, MAX_PARTS)
    .map((part) => new Credential(part))
}

function membersOf(secret: string): readonly string[] {
  const value = parseJson(secret)
  return isObject(value) ? Object.values(value).filter((one) => typeof one === 'string') : []
}

function passwordOf(secret: string): readonly string[] {
  const colon = secret.indexOf(':')
  return colon < 0 ? [] : [secret.slice(colon + 1)]
}
