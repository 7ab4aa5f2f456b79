// Finds members of a message that a laxer server would read in place of those that were judged: `Method`
// beside `method`.

import { isObject, type UnknownObject } from '../core/json.ts'
import { folded } from '../core/reads-alike.ts'
import { isCall, uriIn } from './answer/message.ts'

const OF_MESSAGES = namesOf('jsonrpc', 'id', 'method', 'params', 'result', 'error')
const OF_CALLS = namesOf('name', 'arguments', 'uri', 'ref', 'argument', 'context', 'task', '_meta')

/** Whether a message has such a member, in itself or in what a call is made of. */
export function hasLaxName(message: UnknownObject): boolean {
  if (isLaxIn(message, OF_MESSAGES)) return true
  const { params } = message
  const isJudged = isCall(message) || uriIn(message) !== undefined
  return isJudged && isObject(params) && isLaxIn(params, OF_CALLS)
}

/** Names, each under how it reads without letter case. */
function namesOf(...names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [folded(name), name]))
}

function isLaxIn(part: UnknownObject, names: ReadonlyMap<string, string>): boolean {
  return Object.keys(part).some((key) => {
    const name = names.get(folded(key))
    return name !== undefined && name !== key
  })
}
