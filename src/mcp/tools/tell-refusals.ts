// Tells the developer which tools of a server are refused, for which parameter, and by which lines of
// settings that is decided. Each refusal is told once, however many people list the tools.

import { valueFor } from './everywhere.ts'
import type { JudgedParameter } from './judge-parameters.ts'
import { explainTool, type ToolRefusal } from './tool-refusal.ts'

/** A refusal, its names fit to be shown. */
export interface ToldRefusal {
  /** The tool's name; undefined where it cannot be shown. */
  readonly tool: string | undefined
  readonly why: ToolRefusal
  /** The parameters that are undecided, those that can be shown. */
  readonly parameters: readonly ToldParameter[]
}

/** A parameter that nobody has decided about. */
export type ToldParameter = Pick<JudgedParameter, 'pointer' | 'name' | 'value'>

/** Tells the refusals of one list. */
export type TellRefusals = (server: string, refusals: readonly ToldRefusal[]) => void

/** Refusals that are remembered, and tools that one message names. */
const MAX_TOLD = 16_384
const MAX_NAMED = 24

/** Makes the function that tells each refusal once. Beyond a number of them it tells no more. */
export function refusalTeller(warn: (message: string) => void): TellRefusals {
  const told = new Set<string>()
  const tell = (message: string): void => {
    try {
      warn(message)
    } catch {
      // The tool is refused all the same, and the others are not.
    }
  }
  return (server, refusals) => {
    const groups = new Map<string, ToldRefusal[]>()
    for (const refusal of refusals) {
      const places = refusal.parameters.map(({ pointer }) => pointer)
      const kind = JSON.stringify([server, refusal.why, places])
      const key = JSON.stringify([kind, refusal.tool])
      if (told.has(key) || told.size >= MAX_TOLD) continue
      told.add(key)
      groups.set(kind, [...(groups.get(kind) ?? []), refusal])
    }
    for (const group of groups.values()) tell(messageOf(server, group))
  }
}

function messageOf(server: string, group: readonly ToldRefusal[]): string {
  const [first] = group
  if (!first) return ''
  const names = group.slice(0, MAX_NAMED).map(({ tool }) => tool ?? 'a tool')
  const more = group.length > names.length ? ` and ${group.length - names.length} more` : ''
  const which =
    group.length === 1
      ? `the tool ${names[0]} is refused`
      : `${group.length} tools are refused (${names.join(', ')}${more})`
  return `servers.${server}: ${which}: ${reasonOf(first)}. ${remedyOf(server, first, group.length)}`
}

function reasonOf({ why, parameters }: ToldRefusal): string {
  const places = parameters.map(({ pointer }) => pointer).join(' and ') || 'a parameter'
  switch (why) {
    case 'parameter_unbound':
      return `a call needs ${places}, which ${looksLike(parameters)}, and nobody has decided who fills it`
    case 'parameter_recursive':
      return `${places} ${looksLike(parameters)}, inside a recursive schema, so it may be at any number of places`
    case 'definition_changed':
      return 'its definition is not the one that was seen first'
    case 'pins_full':
      return 'as many of the server’s tools are pinned for this person as may be, so all further ones are refused'
    case 'pins_unavailable':
      return 'the pins could not be read or written'
    case 'list_too_large':
      return 'the list has too many tools, or too large ones, so all further ones are refused'
    default:
      return explainTool(why)
  }
}

function looksLike(parameters: readonly ToldParameter[]): string {
  const isIdentity = parameters.length > 0 && parameters.every(({ value }) => value === 'subject')
  return isIdentity ? 'looks like an identity' : 'looks like a credential'
}

function remedyOf(server: string, { why, parameters, tool }: ToldRefusal, tools: number): string {
  switch (why) {
    case 'parameter_unbound':
    case 'parameter_recursive':
      return parameters.length === 0 || tool === undefined
        ? INSPECT
        : settingsFor(server, parameters, tools === 1 ? tool : undefined, why)
    case 'definition_changed':
      return 'Look at it, and approve it with: npx onbehalf pins'
    case 'pins_unavailable':
      return 'Look into the store that keeps them.'
    default:
      return INSPECT
  }
}

const INSPECT = 'npx onbehalf inspect shows the tools of a server, and what can be decided.'

/** The settings that decide it. */
function settingsFor(
  server: string,
  parameters: readonly ToldParameter[],
  tool: string | undefined,
  why: ToolRefusal,
): string {
  const only = tool === undefined ? {} : { tool }
  const isRecursive = why === 'parameter_recursive'
  const left = parameters.map(({ pointer }) =>
    isRecursive
      ? { pointer: topOf(pointer), ...only, subtree: true }
      : tool === undefined
        ? pointer
        : { pointer, ...only },
  )
  const filled = parameters.flatMap(({ pointer, name }) => {
    const value = isRecursive ? undefined : valueFor(name)
    return value === undefined ? [] : [{ pointer, value, ...only }]
  })
  const fills =
    filled.length < parameters.length
      ? ''
      : `placement: ${literal({ type: 'argument', parameters: filled })} fills it (alone, or beside another part), `
  return `Decide in servers.${server}: ${fills}leaveToModel: ${literal(left)} leaves it to the model.`
}

/** The pointer of the first member on the way. */
function topOf(pointer: string): string {
  return `/${pointer.split('/')[1] ?? ''}`
}

/** A value as one writes it in TypeScript. Its texts have no quotes: they were looked at before. */
function literal(value: unknown): string {
  return JSON.stringify(value)
    .replace(/"(\w+)":/g, '$1: ')
    .replaceAll('"', "'")
    .replaceAll(',', ', ')
}
