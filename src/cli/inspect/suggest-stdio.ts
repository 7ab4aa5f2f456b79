// Suggests a binding for a server that is a child process, from its saved tool list: such a server
// says nothing of authorization, and most take a key from their environment.

import { decisionsFor } from './decisions.ts'
import type { Suggestion } from './report.ts'
import type { SavedList } from './saved-lists.ts'
import { filledParameters, isSuggested } from './suggest.ts'
import { ambiguousPointers, type InspectedTools } from './tools.ts'

/** Suggests it. `url` is `stdio:` and a name. */
export function suggestStdio(
  url: string,
  { tools, takingAny }: InspectedTools,
  saved: SavedList,
): Suggestion {
  const name = url.slice('stdio:'.length)
  const parameters = filledParameters(tools, ambiguousPointers(saved.tools, tools), (parameter) =>
    isSuggested(parameter, takingAny),
  )
  const asks = parameters.some(({ value }) => value === 'credential')
  const env = { type: 'env', variables: { NAME_OF_ITS_KEY: '{credential}' } }
  const filling = { type: 'argument', parameters }
  const decisions = decisionsFor(tools, (tool, { pointer }) =>
    parameters.some((one) => one.pointer === pointer && (one.tool ?? tool) === tool),
  )
  return {
    name,
    binding: {
      url,
      resource: `https://${name}.example`,
      source: { type: 'static', of: 'person' },
      placement: asks ? filling : parameters.length > 0 ? [env, filling] : env,
      process: { command: 'the command that starts it' },
    },
    connection: null,
    reasons: [
      asks
        ? 'placement argument: its tools ask for the credential'
        : 'placement env: its tools ask for no credential, so the process takes it where it is started, for each person; look into its documentation for the name of the variable (args, if it takes an argument)',
      'source static: a key is kept for each person; resource: any identifier of your own for it',
      ...(!asks && parameters.length > 0
        ? ['placement argument: nearly all its tools also ask who the caller is']
        : []),
    ],
    undecided: [...new Set(decisions.map(({ pointer }) => pointer))],
    decisions,
  }
}
