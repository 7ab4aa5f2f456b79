// The one tool of a server for which the person has connected no account. It asks them to, when they
// want something there and not before.

import { type Tool, tool } from '@openai/agents'

/** Makes the tool. `onWanted` is called when the model wants something of the server. */
export function connectTool(name: string, server: string, onWanted: () => void): Tool {
  return tool({
    name,
    description: `Asks the person to connect their ${server} account. Call it when they want something from ${server}. The tools of ${server} are there once the account is connected.`,
    parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
    strict: false,
    execute: () => {
      onWanted()
      return `The person was asked to connect their ${server} account. Nothing was done at ${server}. Tell them to connect it and to ask again.`
    },
  })
}
