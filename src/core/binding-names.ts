// The names that a declaration of a server may have, for the check at creation.

import type {
  ArgumentParameter,
  BindingInput,
  ChildProcess,
  LeftParameter,
  Placement,
  Source,
  ToolChoice,
} from './binding.ts'
import { checkOptions, type Names, nearest, type OptionNames } from './known-options.ts'
import { isTexts, type ValueChecks } from './option-values.ts'
import { isList } from './placement/check.ts'

const BINDING: OptionNames<BindingInput> = {
  url: 'required',
  resource: 'optional',
  source: 'optional',
  sources: 'optional',
  placement: 'optional',
  leaveToModel: 'optional',
  toolScopes: 'optional',
  tools: 'optional',
  process: 'optional',
  onReflection: 'optional',
  legacySse: 'optional',
}

/** The settings of one type of source or placement. */
type Typed<T, Type> = OptionNames<Extract<T, { readonly type: Type }>>

const SOURCES: { readonly [Type in Source['type']]: Typed<Source, Type> } = {
  exchange: {
    type: 'required',
    scopes: 'required',
    audience: 'optional',
    scopesFromIssuer: 'optional',
    stepUp: 'optional',
  },
  own: { type: 'required', audience: 'optional' },
  connection: { type: 'required' },
  static: { type: 'required', of: 'required' },
  'client-credentials': { type: 'required', scopes: 'required', audience: 'optional' },
  'identity-assertion': { type: 'required', scopes: 'required' },
}

const PLACEMENTS: { readonly [Type in Placement['type']]: Typed<Placement, Type> } = {
  header: { type: 'required', from: 'optional', name: 'optional', value: 'optional' },
  query: { type: 'required', from: 'optional', name: 'required', value: 'optional' },
  path: { type: 'required', from: 'optional' },
  cookie: { type: 'required', from: 'optional', name: 'required', value: 'optional' },
  env: { type: 'required', from: 'optional', variables: 'required' },
  args: { type: 'required', from: 'optional', args: 'required' },
  sign: { type: 'required', from: 'optional', sign: 'required' },
  argument: {
    type: 'required',
    from: 'optional',
    parameters: 'required',
    rewriteDescriptions: 'optional',
    onChange: 'optional',
  },
  meta: { type: 'required', from: 'optional', key: 'required' },
  session: { type: 'required' },
  prompt: {
    type: 'required',
    parameters: 'optional',
    insecurelyShowLiteralTokens: 'optional',
  },
}

const PARAMETER: OptionNames<ArgumentParameter> = {
  pointer: 'required',
  value: 'required',
  tool: 'optional',
}

const LEFT: OptionNames<LeftParameter> = {
  pointer: 'required',
  tool: 'optional',
  subtree: 'optional',
}

const TOOLS: OptionNames<ToolChoice> = { allow: 'optional', deny: 'optional' }

const PROCESS: OptionNames<ChildProcess> = {
  command: 'required',
  args: 'optional',
  env: 'optional',
  cwd: 'optional',
  maxProcesses: 'optional',
  idleMs: 'optional',
  maxMemoryMb: 'optional',
}

/** A tool is named by its text: a pattern would let a tool pass that nobody has seen. */
const TOOL_NAMES: ValueChecks = { allow: isTexts, deny: isTexts }

/**
 * Checks the names of a declaration, also those inside its sources and its placements.
 *
 * @throws TypeError that names the setting, and what was probably meant.
 */
export function checkBinding(name: string, input: BindingInput): void {
  const at = `servers.${name}`
  checkOptions(at, at, input, BINDING)
  const { source, sources, placement, process } = input
  if (source !== undefined) checkTyped(`${at}.source`, source, SOURCES)
  if (sources !== undefined) {
    if (typeof sources !== 'object' || sources === null || Array.isArray(sources))
      throw new TypeError(`${at}.sources must be an object with sources by name`)
    for (const [name, one] of Object.entries(sources))
      checkTyped(`${at}.sources.${name}`, one, SOURCES)
  }
  if (process !== undefined) checkOptions(at, `${at}.process`, process, PROCESS)
  if (input.tools !== undefined) checkOptions(at, `${at}.tools`, input.tools, TOOLS, TOOL_NAMES)
  for (const [index, left] of listOf(input.leaveToModel).entries())
    if (typeof left !== 'string') checkOptions(at, `${at}.leaveToModel[${index}]`, left, LEFT)
  if (placement === undefined) return
  const parts = isList(placement)
    ? placement.map((part, index) => [`placement[${index}]`, part] as const)
    : [['placement', placement] as const]
  for (const [setting, part] of parts) checkPlacement(at, `${at}.${setting}`, part)
}

function checkPlacement(server: string, at: string, placement: Placement): void {
  // Its default would fill what nobody named.
  if (placement?.type === 'argument' && (placement.parameters ?? undefined) === undefined)
    throw new TypeError(
      `${at}.parameters must be given: name them, such as [{ pointer: '/access_token', value: 'credential' }], or write 'everywhere' for each parameter that looks like the caller's credential or identity. "onbehalf inspect" lists them`,
    )
  checkTyped(at, placement, PLACEMENTS)
  const parameters = 'parameters' in placement ? placement.parameters : undefined
  for (const [index, parameter] of listOf(parameters).entries())
    checkOptions(server, `${at}.parameters[${index}]`, parameter, PARAMETER)
}

function listOf<T>(value: readonly T[] | string | undefined): readonly T[] {
  return Array.isArray(value) ? value : []
}

function checkTyped<Type extends string>(
  at: string,
  value: { readonly type: Type },
  types: Readonly<Record<Type, Names>>,
): void {
  const known = Object.keys(types)
  const type: unknown = typeof value === 'object' && value !== null ? value.type : undefined
  if (typeof type === 'string' && known.includes(type)) {
    checkOptions(at, at, value, types[value.type])
    return
  }
  const near = typeof type === 'string' ? nearest(type, known) : undefined
  throw new TypeError(
    `${at}.type must be one of ${known.join(', ')}${near === undefined ? '' : `: did you mean ${near}?`}`,
  )
}
