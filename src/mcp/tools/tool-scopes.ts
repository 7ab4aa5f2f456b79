// The scopes that the calls of a tool need: as the operator wrote them, or else as the server
// declares them. The token of a call then holds those alone.

import { type Binding, scopesOf } from '../../core/binding.ts'
import { isObject } from '../../core/json.ts'
import { isScope, narrowScopes } from '../../core/scope.ts'
import { type Messages, toolCallOf } from '../answer/message.ts'
import type { ToolDefinition } from '../arguments/strip.ts'

/** Schemes and scopes of one tool that are read. */
const MAX_SCHEMES = 8
const MAX_SCOPES = 64

/**
 * Reads the scopes of the first OAuth scheme that a tool declares, in its `securitySchemes` or in
 * those of its `_meta`.
 *
 * @returns Undefined when the tool says nothing that can be read.
 */
function declaredScopes({ securitySchemes, _meta }: ToolDefinition): readonly string[] | undefined {
  const schemes = securitySchemes ?? (isObject(_meta) ? _meta.securitySchemes : undefined)
  if (!Array.isArray(schemes)) return undefined
  for (const scheme of schemes.slice(0, MAX_SCHEMES)) {
    if (!isObject(scheme) || scheme.type !== 'oauth2' || !Array.isArray(scheme.scopes)) continue
    const scopes: readonly unknown[] = scheme.scopes
    // One scope many times would be a need of its own, with a token of its own.
    return scopes.length <= MAX_SCOPES && scopes.every(isScopeToken)
      ? [...new Set(scopes)]
      : undefined
  }
  return undefined
}

function isScopeToken(value: unknown): value is string {
  return typeof value === 'string' && isScope(value)
}

/** The scopes that the requests to one server need. */
export interface NeededScopes {
  /** Learns what a tool declares. */
  learn(tool: ToolDefinition): void
  /**
   * The scopes that one request needs; undefined for all that the source names. A request that calls
   * no tool needs the fewest of those that any tool needs.
   */
  of(messages: Messages | undefined): readonly string[] | undefined
  /** The scopes of a call of one tool, where the source names any. */
  ofTool(tool: string): readonly string[]
}

/** Tools whose scopes are known at once. */
const MAX_KNOWN = 8_192

/** Makes the scopes of one server's requests. A server can only ask for less than the binding names. */
export function neededScopes({ source, placements, toolScopes }: Binding): NeededScopes {
  // The credential that opens a session has to do for all of its calls.
  const named = scopesOf(source)
  if (!('scopes' in source) || placements.some(({ type }) => type === 'session'))
    return { learn() {}, of: () => undefined, ofTool: () => named }
  const known = new Map(Object.entries(toolScopes))
  let fewest = [...known.values()].reduce(fewer, undefined)

  function needOf(tool: string): readonly string[] | undefined {
    const scopes = known.get(tool)
    // A token without any scope would get the authorization server's default, which may be more.
    return scopes?.length === 0 ? fewest : scopes
  }

  return {
    learn(definition) {
      const tool = definition.name
      if (Object.hasOwn(toolScopes, tool)) return
      const declared = declaredScopes(definition)
      if (declared === undefined) return void known.delete(tool)
      const scopes = named.length === 0 ? declared : narrowScopes(declared, named)
      // Scopes of other names than the binding has: nobody knows what they mean here.
      if (scopes.length === 0 && declared.length > 0) return
      if (known.size >= MAX_KNOWN && !known.has(tool)) return
      known.set(tool, scopes)
      fewest = fewer(fewest, scopes)
    },
    of(messages) {
      // Most servers declare nothing.
      if (known.size === 0 && fewest === undefined) return undefined
      const calls = (messages?.list ?? []).flatMap((message) => toolCallOf(message) ?? [])
      if (calls.length === 0) return fewest
      const needed = new Set<string>()
      for (const { kind, name } of calls) {
        const scopes = kind === 'tools' ? needOf(name) : undefined
        if (!scopes) return undefined
        for (const scope of scopes) needed.add(scope)
      }
      return [...needed]
    },
    ofTool: (tool) => needOf(tool) ?? named,
  }
}

/** The shorter of two lists, where one that is empty does not count. */
function fewer(
  known: readonly string[] | undefined,
  scopes: readonly string[],
): readonly string[] | undefined {
  if (scopes.length === 0) return known
  return known === undefined || scopes.length < known.length ? scopes : known
}
