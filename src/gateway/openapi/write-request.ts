// The request of one call: the operation's method, path, query, headers and body, with what the
// placements have filled in already. What they filled wins over every argument, and no argument leads
// anywhere but to the operation's own path.

import { isHeaderValue } from '../../core/carry/values.ts'
import type { UnknownObject } from '../../core/json.ts'
import type { Operation, Parameter } from './operation.ts'
import { checkForm, ownNames } from './own-names.ts'
import { Unusable } from './unusable.ts'
import { formPairs, type Pair, pairsOf, simpleText } from './write-values.ts'

/** The request that the placements have filled: of MCP, to the URL of the server. */
export interface Filled {
  readonly url: URL
  readonly headers: Headers
}

/** A request to the API. */
export interface ApiRequest {
  readonly url: string
  readonly init: {
    readonly method: string
    readonly headers: Headers
    readonly body: string | null
  }
}

/** Headers of the request that came from the client of MCP, not from a placement. */
const MCP_HEADERS = /^(?:accept|content-type|last-event-id|mcp-.*)$/

/**
 * Writes the request.
 *
 * @throws Unusable that names the argument, for one that is missing or that cannot go where it belongs.
 */
export function writeRequest(
  operation: Operation,
  args: UnknownObject,
  { url: filled, headers: given }: Filled,
): ApiRequest {
  const { method, parameters, body } = operation
  const values = parameters.flatMap((parameter) => {
    const value = Object.hasOwn(args, parameter.argument) ? args[parameter.argument] : undefined
    if (value !== undefined && value !== null) return [{ parameter, value }]
    if (parameter.isRequired) throw new Unusable(`${parameter.argument} is missing`)
    return []
  })
  const at = (place: Parameter['in']) => values.filter(({ parameter }) => parameter.in === place)
  const url = new URL(filled)
  putPath(url, operation.path, at('path'))
  putQuery(url, at('query'), operation)
  const headers = new Headers()
  for (const { parameter, value } of at('header'))
    headers.set(parameter.name, headerText(value, parameter))
  for (const [name, value] of given) if (!MCP_HEADERS.test(name)) headers.set(name, value)
  putCookies(headers, at('cookie'), operation)
  headers.set('accept', 'application/json, text/*;q=0.9, */*;q=0.1')
  if (!headers.has('user-agent')) headers.set('user-agent', 'onbehalf-gateway')
  return { url: url.href, init: { method, headers, body: bodyText(body, args, headers) } }
}

/** An argument that is given, and where it goes. */
interface Given {
  readonly parameter: Parameter
  readonly value: unknown
}

/**
 * Fills the path. Many servers decode a segment before they split the path, some twice, so whatever
 * could end the segment then is refused, encoded or not.
 */
function putPath(url: URL, template: string, given: readonly Given[]): void {
  const texts = new Map(
    given.map(({ parameter, value }) => [parameter.name, segment(value, parameter)]),
  )
  const path = template.replaceAll(/\{([^{}/]+)\}/g, (_, name: string) => texts.get(name) ?? '')
  const whole = `${url.pathname.replace(/\/$/, '')}${path}`
  const dots = path.split('/').find((one) => /^\.{1,2}$/.test(one.replaceAll(/%2e/gi, '.')))
  url.pathname = whole
  if (dots !== undefined || url.pathname !== whole)
    throw new Unusable(`${given.map(({ parameter }) => parameter.argument).join(', ')}: not a path`)
}

function segment(value: unknown, parameter: Parameter): string {
  const text = simpleText(value, parameter)
  if (text === '' || /[/\\\u0000-\u001f\u007f]|%(?:2f|5c|2e|25|00)/i.test(text))
    throw new Unusable(`${parameter.argument} must be one segment of a path, without slashes`)
  return encoded(text, parameter.argument)
}

/** A lone surrogate has no encoding. */
function encoded(text: string, argument: string): string {
  try {
    return encodeURIComponent(text)
  } catch {
    throw new Unusable(`${argument} is no text that can be sent`)
  }
}

/** A query that is there was filled by a placement, or is the operator's. */
function putQuery(url: URL, given: readonly Given[], operation: Operation): void {
  const check = ownNames('query', operation, url.searchParams.keys())
  const pairs = given.flatMap(({ parameter, value }) =>
    pairsOf(value, parameter).map(([name, text]) => {
      check(name, parameter)
      return `${encoded(name, parameter.argument)}=${encoded(text, parameter.argument)}`
    }),
  )
  if (pairs.length > 0)
    url.search = [url.search.replace(/^\?/, ''), ...pairs].filter(Boolean).join('&')
}

function headerText(value: unknown, parameter: Parameter): string {
  const text = simpleText(value, parameter)
  if (!isHeaderValue(text)) throw new Unusable(`${parameter.argument} is no value of a header`)
  return text
}

function putCookies(headers: Headers, given: readonly Given[], operation: Operation): void {
  const filled = headers.get('cookie')
  const there = (filled ?? '').split(';').map((one) => one.split('=')[0]?.trim() ?? '')
  const check = ownNames('cookie', operation, there)
  const cookies = given.flatMap(({ parameter, value }) =>
    pairsOf(value, parameter).map(([name, text]) => {
      check(name, parameter)
      return `${encoded(name, parameter.argument)}=${encoded(text, parameter.argument)}`
    }),
  )
  const all = [...(filled === null ? [] : [filled]), ...cookies]
  if (all.length > 0) headers.set('cookie', all.join('; '))
}

function bodyText(body: Operation['body'], args: UnknownObject, headers: Headers): string | null {
  const value = body && Object.hasOwn(args, body.argument) ? args[body.argument] : undefined
  if (!body || value === undefined) {
    if (body?.isRequired) throw new Unusable(`${body.argument} is missing`)
    return null
  }
  headers.set('content-type', body.mediaType)
  if (body.kind === 'json') return JSON.stringify(value)
  const pairs = formPairs(value, body)
  checkForm(Object.keys(Object(value)), body.argument)
  return pairs.map((pair) => formPair(pair, body.argument)).join('&')
}

function formPair([name, value]: Pair, argument: string): string {
  return `${encoded(name, argument)}=${encoded(value, argument)}`
}
