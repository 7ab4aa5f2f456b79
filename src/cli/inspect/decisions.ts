// What the operator has to decide: the parameters that the suggested binding does not fill, each with
// what it costs and with the settings that decide it.

import type { Decision, InspectedParameter, InspectedTool } from './report.ts'

/** Tools that a setting names one by one; more are meant by leaving the tool out. */
const MAX_NAMED = 3

/**
 * Puts the parameters of all tools together that are decided in the same way.
 *
 * @param isDecided Whether the suggested binding fills a parameter of a tool.
 */
export function decisionsFor(
  tools: readonly InspectedTool[],
  isDecided: (tool: string, parameter: InspectedParameter) => boolean,
): readonly Decision[] {
  const groups = new Map<string, { parameter: InspectedParameter; tools: string[] }>()
  for (const { name, parameters } of tools)
    for (const parameter of parameters) {
      if (isDecided(name, parameter)) continue
      const key = JSON.stringify([parameter.pointer, parameter.required, parameter.why])
      const group = groups.get(key) ?? { parameter, tools: [] }
      group.tools.push(name)
      groups.set(key, group)
    }
  return [...groups.values()].map(({ parameter, tools: names }) => decisionFor(parameter, names))
}

function decisionFor(parameter: InspectedParameter, tools: readonly string[]): Decision {
  const { pointer, looksLike, required, inTools, why, value } = parameter
  const only = tools.length <= MAX_NAMED ? tools : [undefined]
  const named = only.map((tool) => (tool === undefined ? {} : { tool }))
  return {
    pointer,
    looksLike,
    required,
    inTools,
    why,
    tools,
    cost: required
      ? `${count(tools)} refused until you decide`
      : `it is taken out of ${count(tools)}, which can be used without it`,
    fill: value === null ? null : named.map((one) => ({ pointer, value, ...one })),
    leave: named.map((one) => ('tool' in one ? { pointer, ...one } : pointer)),
  }
}

function count({ length }: readonly string[]): string {
  return length === 1 ? '1 tool' : `${length} tools`
}
