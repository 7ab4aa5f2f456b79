// The parameters of an operation (OpenAPI 3.1, Parameter Object), judged: which of them a model may fill.

import { isObject, type UnknownObject } from '../../core/json.ts'
import type { Parameter, ParameterPlace, ParameterStyle, Reserved } from './operation.ts'
import type { References } from './references.ts'
import { Unusable } from './unusable.ts'

/** A parameter; its argument has no name yet. */
export type UnnamedParameter = Omit<Parameter, 'argument'>

/** Headers of the request itself, or of the way to the API. A model fills none of them. */
const OWN_HEADERS =
  /^(?:accept(?:-encoding)?|authorization|baggage|connection|content-.*|cookie2?|dpop|expect|forwarded|host|keep-alive|mcp-.*|origin|proxy-.*|referer|sec-.*|te|trace(?:parent|state)|trailer|transfer-encoding|upgrade|via|x-forwarded-.*|x-http-method.*|x-method-override)$/i

const DEFAULT_STYLES = {
  path: 'simple',
  query: 'form',
  header: 'simple',
  cookie: 'form',
} as const satisfies Record<ParameterPlace, ParameterStyle>

const STYLES: Readonly<Record<ParameterPlace, readonly ParameterStyle[]>> = {
  path: ['simple'],
  query: ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'],
  header: ['simple'],
  cookie: ['form'],
}

/**
 * Reads the parameters of an operation. Its own take the place of those of its path.
 *
 * @returns Those that are arguments. A header of the request itself and what is reserved are none.
 * @throws Unusable for one that cannot be written.
 */
export function parametersOf(
  ofPath: unknown,
  own: unknown,
  references: References,
  reserved: Reserved,
): readonly UnnamedParameter[] {
  const found = new Map<string, UnnamedParameter>()
  for (const one of [ofPath, own].flatMap((list) => (Array.isArray(list) ? list : []))) {
    const parameter = parameterOf(references.follow(one), references)
    const key = `${parameter.in} ${parameter.name}`
    if (isArgument(parameter, reserved)) found.set(key, parameter)
  }
  return [...found.values()]
}

function parameterOf(given: UnknownObject, references: References): UnnamedParameter {
  const { name, in: place, required, schema, content } = given
  if (typeof name !== 'string' || name === '') throw new Unusable('a parameter has no name')
  if (!isPlace(place)) throw new Unusable(`the parameter ${shown(name)} is in no known place`)
  if (place === 'header' && !/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name))
    throw new Unusable(`the parameter ${shown(name)} is no name of a header`)
  const style = given.style ?? DEFAULT_STYLES[place]
  const known = STYLES[place].find((one) => one === style)
  if (!known) throw new Unusable(`the parameter ${shown(name)} has the style ${shown(style)}`)
  const media = content === undefined ? undefined : jsonContent(content, name)
  return {
    name,
    in: place,
    isRequired: required === true || place === 'path',
    style: known,
    explode: typeof given.explode === 'boolean' ? given.explode : known === 'form',
    isJson: media !== undefined,
    schema: described(media ? media.schema : schema, given.description, references),
  }
}

function isPlace(value: unknown): value is ParameterPlace {
  return typeof value === 'string' && Object.hasOwn(STYLES, value)
}

function jsonContent(content: unknown, name: string): UnknownObject {
  const entries = isObject(content) ? Object.entries(content) : []
  const [, media] = entries.find(([type]) => /^application\/(?:.+\+)?json\b/i.test(type)) ?? []
  if (!isObject(media))
    throw new Unusable(`the parameter ${shown(name)} is written as ${shown(entries[0]?.[0])}`)
  return media
}

/** The parameter's own description is what a model needs. */
function described(schema: unknown, description: unknown, references: References): unknown {
  if (typeof description !== 'string' || !isObject(schema)) return schema ?? {}
  // A schema that is small is written here, so that it may have a description of its own.
  const meant = typeof schema.$ref === 'string' ? references.follow(schema) : schema
  return isObject(meant.properties) ? { ...schema, description } : { ...meant, description }
}

/** Whether a model fills it. */
function isArgument(
  { name, in: place, isRequired }: UnnamedParameter,
  reserved: Reserved,
): boolean {
  switch (place) {
    case 'path':
      return true
    case 'query':
      return !reserved.query.has(name)
    case 'cookie':
      return !reserved.cookie.has(name)
    case 'header':
      if (reserved.header.has(name.toLowerCase())) return false
      // OpenAPI says of three of them that such a parameter is ignored.
      if (!OWN_HEADERS.test(name)) return true
      if (isRequired && !/^(?:accept|authorization|content-type)$/i.test(name))
        throw new Unusable(`the parameter ${shown(name)} is a header that only the gateway sets`)
      return false
  }
}

/** A name from the document, for a message. */
export function shown(name: unknown): string {
  return JSON.stringify(String(name).slice(0, 60))
}
