// The names that a declaration of a server may have, for the check at creation.

import type { ArgumentParameter, BindingInput, Placement, Source } from './binding.ts'
import { checkOptions, type Names, nearest, type OptionNames } from './known-options.ts'

const BINDING: OptionNames<BindingInput> = {
  url: 'required',
  resource: 'optional',
  source: 'optional',
  placement: 'optional',
  leaveToModel: 'optional',
  onReflection: 'optional',
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
  header: { type: 'required', name: 'optional' },
  argument: {
    type: 'required',
    parameters: 'optional',
    rewriteDescriptions: 'optional',
    onChange: 'optional',
  },
  meta: { type: 'required', key: 'required' },
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

/**
 * Checks the names of a declaration, also those inside its source and its placement.
 *
 * @throws TypeError that names the setting, and what was probably meant.
 */
export function checkBinding(name: string, input: BindingInput): void {
  const at = `servers.${name}`
  checkOptions(at, at, input, BINDING)
  const { source, placement } = input
  if (source !== undefined) checkTyped(`${at}.source`, source, SOURCES)
  if (placement === undefined) return
  checkTyped(`${at}.placement`, placement, PLACEMENTS)
  const parameters = 'parameters' in placement ? (placement.parameters ?? []) : []
  for (const [index, parameter] of parameters.entries())
    checkOptions(at, `${at}.placement.parameters[${index}]`, parameter, PARAMETER)
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
