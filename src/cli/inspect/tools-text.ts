// The tools of a report, and what is to be decided about them, as text for people. What many tools
// have in common is said once.

import type { Decision, InspectedParameter, InspectedTool } from './report.ts'
import { literal } from './typescript.ts'

/** Tools that are named where many have the same. */
const MAX_NAMED = 3

/**
 * The tools: their names, and the parameters of all of them that look like something.
 *
 * @param what What they are called. Default: tools.
 */
export function toolBlocks(
  tools: readonly InspectedTool[],
  what = 'Tools',
): readonly (readonly string[])[] {
  const refused = tools.filter((tool) => tool.refused).length
  const unusable = tools.flatMap(({ name, unusable: why }) =>
    why === null ? [] : [`    UNUSABLE: ${name}: ${why}`],
  )
  return [
    [
      `${what}: ${tools.length}${refused > 0 ? `, of which ${refused} are refused while nothing is decided` : ''}`,
      ...wrapped(tools.map(({ name }) => name)),
      ...unusable,
    ],
    ...parameterBlock(
      'The caller’s credential or identity:',
      tools.map((tool) => [tool.name, tool.parameters]),
    ),
    ...parameterBlock(
      'Only look so, and are the model’s to fill:',
      tools.map((tool) => [tool.name, tool.others]),
    ),
    ...headerBlock(tools),
  ]
}

const WIDTH = 100

/** Names in lines of a readable width. */
function wrapped(names: readonly string[]): readonly string[] {
  const lines: string[] = []
  for (const [index, name] of names.entries()) {
    const text = index < names.length - 1 ? `${name},` : name
    const last = lines.at(-1)
    if (last !== undefined && last.length + text.length < WIDTH)
      lines[lines.length - 1] = `${last} ${text}`
    else lines.push(`  ${text}`)
  }
  return lines
}

function parameterBlock(
  title: string,
  tools: readonly (readonly [name: string, parameters: readonly InspectedParameter[]])[],
): readonly (readonly string[])[] {
  const groups = new Map<string, { readonly parameter: InspectedParameter; names: string[] }>()
  for (const [name, parameters] of tools)
    for (const parameter of parameters) {
      const key = JSON.stringify([parameter.pointer, parameter.required, parameter.why])
      const group = groups.get(key) ?? { parameter, names: [] }
      group.names.push(name)
      groups.set(key, group)
    }
  const lines = [...groups.values()].flatMap(({ parameter, names }) => {
    const { pointer, looksLike, required, why } = parameter
    const what = looksLike === 'subject' ? 'an identity' : 'a credential'
    return [
      `  ${pointer}  looks like ${what}; ${required ? 'required' : 'optional'} in ${someOf(names)}`,
      `    ${why}`,
    ]
  })
  return lines.length > 0 ? [[title, ...lines]] : []
}

/** The headers that repeat parameters: a server often wants the same few in each of its tools. */
function headerBlock(tools: readonly InspectedTool[]): readonly (readonly string[])[] {
  const groups = new Map<string, string[]>()
  for (const { name, headers } of tools)
    for (const { pointer, header } of headers) {
      const text = `  ${pointer}  is to be repeated in the header Mcp-Param-${header}`
      groups.set(text, [...(groups.get(text) ?? []), name])
    }
  const lines = [...groups].map(([text, names]) => `${text}, in ${someOf(names)}`)
  return lines.length > 0 ? [['Repeated in headers:', ...lines]] : []
}

function someOf(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMED).join(', ')
  if (names.length === 1) return shown
  const more = names.length - MAX_NAMED
  return `${names.length} tools: ${shown}${more > 0 ? ` and ${more} more` : ''}`
}

/** What is to be decided, and how. */
export function decisionBlocks(decisions: readonly Decision[]): readonly (readonly string[])[] {
  if (decisions.length === 0) return []
  return [
    [
      'For you to decide. Leave a parameter to the model only where the server checks it against the credential:',
    ],
    ...decisions.map(({ pointer, cost, fill, leave }) => [
      `  ${pointer}: ${cost}`,
      fill === null
        ? '    nothing is known of the person that could fill it; a claim can: { pointer, value: { claim: NAME } }'
        : `    placement argument, parameters: ${literal(fill, '    ')}`,
      `    leaveToModel: ${literal(leave, '    ')}`,
    ]),
  ]
}
