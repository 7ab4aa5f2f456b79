// The body of an operation's request (OpenAPI 3.1, Request Body Object): JSON or a form.

import { isObject, type UnknownObject } from '../../core/json.ts'
import type { Body } from './operation.ts'
import { shown } from './parameters.ts'
import type { References } from './references.ts'
import { Unusable } from './unusable.ts'

/**
 * Reads it. JSON is taken where the API takes several.
 *
 * @throws Unusable for a body that is neither JSON nor a form, such as multipart.
 */
export function bodyOf(given: unknown, references: References): Omit<Body, 'argument'> | undefined {
  if (given === undefined) return undefined
  const { content, required } = references.follow(given)
  const media = isObject(content) ? Object.entries(content) : []
  if (media.length === 0) return undefined
  const [mediaType, value] =
    media.find(([type]) => /^application\/json\b/i.test(type)) ??
    media.find(([type]) => /^application\/[\w.+-]+\+json\b/i.test(type)) ??
    media.find(([type]) => /^application\/x-www-form-urlencoded\b/i.test(type)) ??
    media.find(([type]) => type === '*/*') ??
    []
  if (mediaType === undefined || !isObject(value))
    throw new Unusable(`its body is ${media.map(([type]) => shown(type)).join(' or ')}`)
  const kind = /x-www-form-urlencoded/i.test(mediaType) ? 'form' : 'json'
  return {
    isRequired: required === true,
    mediaType: mediaType === '*/*' ? 'application/json' : mediaType,
    kind,
    schema: value.schema ?? {},
    deep: kind === 'form' ? deepMembers(value.encoding) : [],
  }
}

function deepMembers(encoding: unknown): readonly string[] {
  return Object.entries(isObject(encoding) ? encoding : {})
    .filter(([, one]) => isObject(one) && (one as UnknownObject).style === 'deepObject')
    .map(([name]) => name)
}
