// The servers that an app declares: checked, and warned of where they are allowed and not safe.

import {
  audiencesOf,
  type Binding,
  MAIN,
  placementOf,
  scopesOf,
  sourcesOf,
} from './core/binding.ts'
import type { DeclaredIssuers } from './core/declared-issuers.ts'
import { parseBinding } from './core/parse-binding.ts'
import type { AllowsHttp } from './core/plain-http.ts'
import { missingPart } from './core/source/source.ts'
import { literalWarning } from './mcp/placements/prompt-values.ts'
import type { OnBehalfOptions } from './on-behalf-options.ts'

/**
 * Parses the bindings, and checks that each one's source has the part that it works with.
 *
 * @throws TypeError that names the setting.
 */
export function parseServers(
  options: OnBehalfOptions,
  issuers: DeclaredIssuers,
  allowsHttp: AllowsHttp,
): ReadonlyMap<string, Binding> {
  const bindings = new Map<string, Binding>()
  for (const [name, input] of Object.entries(options.servers)) {
    const binding = parseBinding(name, input, allowsHttp)
    for (const [sourceName, source] of sourcesOf(binding)) {
      const setting = missingPart(source, options)
      const problem = setting === 'exchanger' ? issuers.cannotExchange : setting && needs(setting)
      const at = sourceName === MAIN ? 'source' : `sources.${sourceName}`
      if (problem !== undefined)
        throw new TypeError(`servers.${name}.${at} is "${source.type}": ${problem}`)
    }
    if (binding.process && !options.processes)
      throw new TypeError(
        `servers.${name}.process needs the setting processes: childProcesses() of onbehalf/stdio`,
      )
    bindings.set(name, binding)
  }
  return bindings
}

function needs(setting: string): string {
  return `it needs the setting ${setting}; onbehalf/oauth and onbehalf/store have it`
}

/** Warns of what is allowed and not safe. */
export function warnOfSettings(
  bindings: ReadonlyMap<string, Binding>,
  warn: (message: string) => void,
): void {
  for (const binding of bindings.values()) {
    const { name } = binding
    if (placementOf(binding, 'args'))
      warn(
        `servers.${name} has a credential in the arguments of a process: every user of the machine can read those. Use the placement "env" where the server takes it.`,
      )
    if (placementOf(binding, 'prompt')?.insecurelyShowLiteralTokens) warn(literalWarning(name))
    for (const [, source] of sourcesOf(binding))
      if (source.type === 'own' && source.audience !== undefined)
        warn(
          `servers.${name} gets the person's own token, as one for ${audiencesOf(source).join(', ')}: it can use that token everywhere where this audience is taken. A token service or the source "exchange" would give it one of its own.`,
        )
  }
}

/** The door's own scopes and those of the bindings. */
export function namedScopes(
  doorScopes: readonly string[],
  bindings: ReadonlyMap<string, Binding>,
): readonly string[] {
  const named = [...bindings.values()].flatMap(sourcesOf).flatMap(([, source]) => scopesOf(source))
  return [...new Set([...doorScopes, ...named])]
}
