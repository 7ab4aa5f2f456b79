// The calls of a Chat Completions stream, put together from its chunks. The framework does that too,
// by the index alone and as texts, so it loses calls of servers that leave the index out, give all
// calls the same one, repeat the name, or send the arguments as an object.

import { isObject, type UnknownObject, writeJson } from '../core/json.ts'
import { listOf, textIn } from './translate/provider-item.ts'

/** A call as its chunks say it. */
export interface ChunkedCall {
  readonly callId: string
  readonly name: string
  readonly arguments: string
}

/** The calls of one response. */
export interface ChatCalls {
  /** Takes a chunk, or any other event of a provider, which it ignores. */
  take(chunk: UnknownObject): void
  /** The calls, where the framework cannot have read them. */
  odd(): readonly ChunkedCall[] | undefined
}

interface Growing {
  readonly index: unknown
  callId: string
  name: string
  arguments: string
}

/** Begins without any call. */
export function chatCalls(): ChatCalls {
  const calls: Growing[] = []
  let isOdd = false

  /** The call that a piece belongs to. */
  function callOf(index: unknown, id: string | undefined, name: string | undefined): Growing {
    const same = calls.findLast((call) => call.index === index)
    const goesOn =
      same && (id === undefined || same.callId === '' || same.callId === id || name === undefined)
    if (index === undefined || (same && !goesOn)) isOdd = true
    // Without an id and an index, a name begins a call.
    if (same && goesOn && !(index === undefined && id === undefined && name !== undefined))
      return same
    const made = { index, callId: '', name: '', arguments: '' }
    calls.push(made)
    return made
  }

  return {
    take(chunk) {
      const choice = listOf(chunk.choices)[0]
      const delta = isObject(choice?.delta) ? choice.delta : {}
      for (const piece of listOf(delta.tool_calls)) {
        const { name, arguments: args } = isObject(piece.function)
          ? piece.function
          : ({} as UnknownObject)
        const call = callOf(piece.index, textIn(piece.id), textIn(name))
        if (call.callId === '') call.callId = textIn(piece.id) ?? ''
        // Some servers repeat the whole name in every chunk.
        if (call.name !== '' && call.name === name) isOdd = true
        else call.name += textIn(name) ?? ''
        if (typeof args === 'string') call.arguments += args
        else if (args !== undefined && args !== null) {
          isOdd = true
          call.arguments = writeJson(args) ?? ''
        }
      }
    },
    odd: () => (isOdd ? calls : undefined),
  }
}
