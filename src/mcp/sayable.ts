// What may be shown of names that a server chose: they may be no names, or hold a credential that it
// was sent.

import { isClean } from './redact/reflections.ts'
import type { LiveSecrets } from './redact/sent-secrets.ts'
import type { RefusedTool } from './tools/judge-tool.ts'
import type { ToldRefusal } from './tools/tell-refusals.ts'

/** A tool's name for the audit. The server chose it: it may be no name, or hold a credential. */
export function sayableName(tool: string, live: LiveSecrets): string {
  return isSayable(tool, live) ? tool : 'a tool'
}

function isSayable(tool: string, live: LiveSecrets): boolean {
  return /^[\w./-]{1,128}$/.test(tool) && isClean(tool, live)
}

/** A refusal with the names that may be shown. */
export function sayableRefusal(
  { tool, why, parameters = [] }: RefusedTool & { readonly tool: string },
  live: LiveSecrets,
): ToldRefusal {
  const shown = parameters.filter(
    ({ pointer }) => /^(?:\/(?:[\w-]{1,64}|\*)){1,16}$/.test(pointer) && isClean(pointer, live),
  )
  const isWhole = shown.length === parameters.length && shown.length <= MAX_SHOWN
  return {
    tool: isSayable(tool, live) ? tool : undefined,
    why,
    parameters: isWhole ? shown : [],
  }
}

/** Parameters of one tool that are shown. */
const MAX_SHOWN = 8

/** Where the parameters are, as the audit shows it. */
export function placeOf(parameters: ToldRefusal['parameters']): string | undefined {
  return parameters.length === 0
    ? undefined
    : `argument ${parameters.map(({ pointer }) => pointer).join(', ')}`
}
