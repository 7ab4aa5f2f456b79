// The listener of a handler that has a quick way in: what it does not take goes the usual way.

import type { Quick } from '../core/http/quick.ts'
import { type NodeListener, tell } from './node-listener.ts'
import { quickRequestOf } from './quick-request.ts'
import { sendResponse } from './send-response.ts'

/** Puts the quick way, if there is one, before the usual one. */
export function quickListener(quick: Quick | undefined, usual: NodeListener): NodeListener {
  if (!quick) return usual
  return async (incoming, outgoing, next) => {
    try {
      const request = quickRequestOf(incoming, outgoing)
      const answer = request && quick(request)
      if (!answer) return await usual(incoming, outgoing, next)
      await sendResponse(await answer, outgoing)
    } catch (error) {
      tell(error, outgoing, next)
    }
  }
}
