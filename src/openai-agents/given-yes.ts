// Tells the caller's policy of the calls that the person has approved in this run.

import type { Approved } from '../mcp/approved.ts'

/** The calls that have passed the gate, and not been made yet. */
export interface GivenYes {
  /** The gate has let a call through: the person has seen exactly this one. */
  give(server: string, tool: string): void
  /** What the `fetch` of a server is given. */
  approved(server: string): Approved
}

/** The result of a call that did not pass the gate, for the model to read. */
const NOT_ASKED =
  'This was not done: it needs the approval of the person. Call it again, so that they are asked.'

/** Begins without any. */
export function givenYes(): GivenYes {
  const given: string[] = []
  return {
    give: (server, tool) => void given.push(JSON.stringify([server, tool])),
    approved: (server) => (call) => {
      const at = given.indexOf(JSON.stringify([server, call.tool]))
      if (at < 0) return NOT_ASKED
      given.splice(at, 1)
      return true
    },
  }
}
