// Makes a binding from what the operator declares: checks it once, at start, and freezes it.

import {
  audiencesOf,
  type Binding,
  type BindingInput,
  isStdio,
  type LeftParameter,
  type Placement,
  type Source,
  scopesOf,
} from './binding.ts'
import { checkBinding } from './binding-names.ts'
import { isList, placementProblem } from './placement/check.ts'
import type { Problem } from './placement/problem.ts'
import { type AllowsHttp, HTTP_RULE } from './plain-http.ts'
import { processProblem } from './process-problem.ts'
import { canonicalResource, isLoopback } from './resource.ts'
import { isScope } from './scope.ts'

/**
 * Every source. A declaration may come from a file that no compiler has checked, so the types are
 * listed here at run time too. A source without an entry does not compile.
 */
const SOURCES: Readonly<Record<Source['type'], true>> = {
  exchange: true,
  own: true,
  connection: true,
  static: true,
  'client-credentials': true,
  'identity-assertion': true,
}

/**
 * Checks a declaration.
 *
 * @param name The server's name among the `servers`.
 * @param allowsHttp Whether plain http is allowed for a URL. Default: for loopback addresses only.
 * @returns The binding, frozen. A default replaces each setting that is missing.
 * @throws TypeError that names the server and the setting, for anything that cannot work or would
 *   not be safe.
 */
export function parseBinding(
  name: string,
  input: BindingInput,
  allowsHttp: AllowsHttp = isLoopback,
): Binding {
  const fail = ([setting, problem]: NonNullable<Problem>): never => {
    throw new TypeError(`servers.${name}.${setting} ${problem}`)
  }
  if (!/^[A-Za-z][A-Za-z0-9 _-]{0,63}$/.test(name))
    throw new TypeError(
      `servers: "${name}" is no usable name (letters, digits, space, _ and -, at most 64)`,
    )
  checkBinding(name, input)
  // Anything else would be made into text, which a deep array cannot be.
  if (typeof input.url !== 'string' || !URL.canParse(input.url))
    fail(['url', 'must be a text, an absolute URL'])
  const url = new URL(input.url)
  const {
    source = { type: 'exchange', scopes: [] },
    sources = {},
    placement = { type: 'header' },
    onReflection = 'redact',
    legacySse = 'carry',
    toolScopes = {},
  } = input
  const leaveToModel = leftParameters(input.leaveToModel ?? [])
  const problem =
    urlProblem(url, input.resource !== undefined, allowsHttp) ??
    sourceProblem(source) ??
    furtherProblem(sources) ??
    processProblem(input.process, isStdio(url.href)) ??
    placementProblem(placement, {
      source,
      sources,
      hasSource: input.source !== undefined,
      url,
      hasResource: input.resource !== undefined,
      stdio: isStdio(url.href),
      process: input.process,
    }) ??
    leftProblem(leaveToModel) ??
    toolScopesProblem(toolScopes, source) ??
    reflectionProblem(onReflection) ??
    legacyProblem(legacySse)
  if (problem) fail(problem)
  const resource =
    resourceOf(input.resource ?? url.href, allowsHttp) ??
    fail(['resource', 'must be an https URL without user-info and fragment'])
  return Object.freeze({
    name,
    url: url.href,
    resource,
    source: frozen(source),
    sources: frozen(sources),
    placements: Object.freeze((isList(placement) ? placement : [placement]).map(frozenPlacement)),
    leaveToModel: frozen(leaveToModel),
    toolScopes: frozen(toolScopes),
    tools: frozen(input.tools ?? {}),
    ...(input.process ? { process: frozen(input.process) } : {}),
    onReflection,
    legacySse,
  })
}

function urlProblem(url: URL, hasResource: boolean, allowsHttp: AllowsHttp): Problem {
  const stdio = isStdio(url.href)
  if (stdio && !/^stdio:[A-Za-z0-9._-]{1,64}$/.test(url.href))
    return ['url', 'must be like "stdio:files"']
  if (stdio && !hasResource)
    return ['resource', 'must be given for a stdio server, whose URL is no identifier']
  if (!stdio && url.protocol !== 'https:' && !(url.protocol === 'http:' && allowsHttp(url)))
    return ['url', `must use https ${HTTP_RULE}`]
  if (url.username !== '' || url.password !== '')
    return ['url', 'must not contain a credential; use a source and a placement']
  if (url.href.includes('#')) return ['url', 'must not contain a fragment']
  // Resource identifiers are logged and published. Some servers take keys in the query.
  if (url.search !== '' && !hasResource)
    return ['resource', 'must be given when the URL has a query']
  return undefined
}

function sourceProblem(source: Source): Problem {
  if (!Object.hasOwn(SOURCES, source.type))
    return ['source.type', `must be one of ${Object.keys(SOURCES).join(', ')}`]
  const stepUp = source.type === 'exchange' ? (source.stepUp ?? []) : []
  for (const scope of [...scopesOf(source), ...stepUp])
    if (!isScope(scope))
      return ['source.scopes', `has "${scope}", which is no scope token (RFC 6749 section 3.3)`]
  if (!audiencesOf(source).every((name) => typeof name === 'string' && name.trim() !== ''))
    return ['source.audience', 'must be what the authorization server calls the server']
  if (source.type === 'static' && source.of !== 'person' && source.of !== 'deployment')
    return ['source.of', 'must be "person" or "deployment"']
  return undefined
}

/** A further source may be wrong like the main one. */
function furtherProblem(sources: Readonly<Record<string, Source>>): Problem {
  for (const [name, source] of Object.entries(sources)) {
    const problem = sourceProblem(source)
    if (problem) return [`sources.${name}${problem[0].slice('source'.length)}`, problem[1]]
  }
  return undefined
}

function leftParameters(left: NonNullable<BindingInput['leaveToModel']>): readonly LeftParameter[] {
  return left.map((one) => (typeof one === 'string' ? { pointer: one } : one))
}

function leftProblem(left: readonly LeftParameter[]): Problem {
  for (const { pointer, tool, subtree } of left) {
    const isWhole = pointer === '' && tool !== undefined && subtree === true
    if (typeof pointer !== 'string' || !(isWhole || pointer.startsWith('/')))
      return ['leaveToModel', `has "${pointer}", which is no JSON pointer`]
    if (tool !== undefined && (typeof tool !== 'string' || tool === ''))
      return ['leaveToModel', `names no tool for "${pointer}"`]
    if (subtree !== undefined && typeof subtree !== 'boolean')
      return ['leaveToModel', `has a subtree for "${pointer}" that is not true or false`]
  }
  return undefined
}

/** A tool cannot need more than its binding names. */
function toolScopesProblem(
  toolScopes: NonNullable<BindingInput['toolScopes']>,
  source: Source,
): Problem {
  const named = scopesOf(source)
  for (const [tool, scopes] of Object.entries(toolScopes)) {
    const setting = `toolScopes.${tool}`
    if (!('scopes' in source))
      return [setting, `cannot be given: the source "${source.type}" asks for no scopes`]
    if (!Array.isArray(scopes)) return [setting, "must be a list of scopes, such as ['tasks:read']"]
    const wrong = scopes.find((scope) => !isScope(scope))
    if (wrong !== undefined)
      return [setting, `has "${wrong}", which is no scope token (RFC 6749 section 3.3)`]
    const more = scopes.find((scope) => named.length > 0 && !named.includes(scope))
    if (more !== undefined) return [setting, `has "${more}", which source.scopes does not name`]
  }
  return undefined
}

function reflectionProblem(onReflection: NonNullable<BindingInput['onReflection']>): Problem {
  return onReflection === 'redact' || onReflection === 'quarantine'
    ? undefined
    : ['onReflection', 'must be "redact" or "quarantine"']
}

function legacyProblem(legacySse: NonNullable<BindingInput['legacySse']>): Problem {
  return legacySse === 'carry' || legacySse === 'refuse'
    ? undefined
    : ['legacySse', 'must be "carry" or "refuse"']
}

/** A function cannot be cloned, and need not be. */
function frozenPlacement(placement: Placement): Placement {
  return placement.type === 'sign' ? Object.freeze({ ...placement }) : frozen(placement)
}

/** A copy that nobody can change. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  const copy: T = structuredClone(value)
  // A list and no recursion: a declaration from a file may be deeper than the stack.
  const parts: unknown[] = [copy]
  for (const part of parts) {
    if (typeof part !== 'object' || part === null) continue
    parts.push(...Object.values(part))
    Object.freeze(part)
  }
  return copy
}

function resourceOf(text: string, allowsHttp: AllowsHttp): string | undefined {
  try {
    return canonicalResource(text, allowsHttp)
  } catch {
    return undefined
  }
}
