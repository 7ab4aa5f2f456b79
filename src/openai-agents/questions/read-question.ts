// A server's question as MCP has it (`elicitation/create`), read for a person. What may not be asked
// is refused: credentials, and pages that are not safe to open. Pure.

import type { FieldKind, FieldValue, Question, QuestionField } from '../../agent/question.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { isLoopback } from '../../core/resource.ts'
import { asksForCredential } from './asks-for-credential.ts'

/** Why a question is not shown. */
export type QuestionRefusal = 'asks_for_credential' | 'link_refused' | 'form_unreadable'

/** A question for the person, or why there is none. */
export type ReadQuestion =
  | { readonly ok: true; readonly question: Question; readonly id?: string }
  | { readonly ok: false; readonly why: QuestionRefusal }

const MAX_FIELDS = 32
/** Characters of all fields together: names and values of choices have no limit of their own. */
const MAX_FORM_CHARS = 200_000
const MAX_OPTIONS = 200
const MAX_MESSAGE_CHARS = 2_000
const MAX_LABEL_CHARS = 200
const MAX_URL_CHARS = 4_096

/**
 * Reads the `params` of a request, or one entry of the data of an error -32042.
 *
 * @param server The operator's name for the server.
 */
export function readQuestion(server: string, params: unknown): ReadQuestion {
  if (!isObject(params)) return unreadable
  const message = shortText(params.message, MAX_MESSAGE_CHARS) ?? ''
  if (params.mode === 'url') return readLink(server, message, params)
  const { requestedSchema: schema } = params
  if (!isObject(schema) || !isObject(schema.properties)) return unreadable
  const required = Array.isArray(schema.required) ? schema.required : []
  const entries = Object.entries(schema.properties)
  if (entries.length > MAX_FIELDS) return unreadable
  const fields: QuestionField[] = []
  for (const [name, property] of entries) {
    const field = readField(name, property, required.includes(name))
    if (!field) return unreadable
    fields.push(field)
  }
  if (JSON.stringify(fields).length > MAX_FORM_CHARS) return unreadable
  return asksForCredential(message, fields)
    ? { ok: false, why: 'asks_for_credential' }
    : { ok: true, question: { server, message, type: 'form', fields } }
}

const unreadable: ReadQuestion = { ok: false, why: 'form_unreadable' }

function readLink(server: string, message: string, params: UnknownObject): ReadQuestion {
  const { url: text, elicitationId: id } = params
  const refused: ReadQuestion = { ok: false, why: 'link_refused' }
  if (typeof text !== 'string' || text.length > MAX_URL_CHARS || !URL.canParse(text)) return refused
  const url = new URL(text)
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
  // A name before the host makes people read another host than the one that they go to.
  if (!isSafe || url.username !== '' || url.password !== '') return refused
  const question: Question = { server, message, type: 'link', url: url.href }
  return { ok: true, question, ...(typeof id === 'string' ? { id } : {}) }
}

function readField(name: string, property: unknown, required: boolean): QuestionField | undefined {
  const kind = isObject(property) ? readKind(property) : undefined
  if (!kind || !isObject(property)) return undefined
  const description = shortText(property.description, MAX_MESSAGE_CHARS)
  const value = givenValue(property.default, kind)
  return {
    name,
    label: shortText(property.title, MAX_LABEL_CHARS) ?? name.slice(0, MAX_LABEL_CHARS),
    ...(description === undefined ? {} : { description }),
    required,
    kind,
    ...(value === undefined ? {} : { value }),
  }
}

function readKind(property: UnknownObject): FieldKind | undefined {
  const { type, items, enumNames } = property
  if (type === 'boolean') return { type }
  if (type === 'number' || type === 'integer')
    return {
      type: 'number',
      whole: type === 'integer',
      ...numbersIn(property, ['minimum', 'maximum']),
    }
  if (type === 'array') {
    const options = isObject(items) ? optionsOf(items.enum ?? items.anyOf, undefined) : undefined
    return options && { type: 'choices', options, ...numbersIn(property, ['minItems', 'maxItems']) }
  }
  if (type !== 'string') return undefined
  const list = property.enum ?? property.oneOf
  if (list !== undefined) {
    const options = optionsOf(list, enumNames)
    return options && { type: 'choice', options }
  }
  const format = FORMATS.find((one) => one === property.format)
  return {
    type: 'text',
    ...(format ? { format } : {}),
    ...numbersIn(property, ['minLength', 'maxLength']),
  }
}

const FORMATS = ['email', 'uri', 'date', 'date-time'] as const

/** The choices: texts, with or without names beside them, or `{ const, title }`. */
function optionsOf(list: unknown, names: unknown) {
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_OPTIONS) return undefined
  const options = list.flatMap((one: unknown, index) => {
    const value = isObject(one) ? one.const : one
    const said = isObject(one) ? one.title : Array.isArray(names) ? names[index] : undefined
    return typeof value === 'string'
      ? { value, label: shortText(said, MAX_LABEL_CHARS) ?? value.slice(0, MAX_LABEL_CHARS) }
      : []
  })
  return options.length === list.length ? options : undefined
}

function numbersIn<N extends string>(
  property: UnknownObject,
  names: readonly N[],
): Partial<Record<N, number>> {
  const found: Partial<Record<N, number>> = {}
  for (const name of names) {
    const value = property[name]
    if (typeof value === 'number') found[name] = value
  }
  return found
}

/** What the server fills in, if it is of the field's kind. */
function givenValue(value: unknown, { type }: FieldKind): FieldValue | undefined {
  if (type === 'number') return typeof value === 'number' ? value : undefined
  if (type === 'boolean') return typeof value === 'boolean' ? value : undefined
  if (type !== 'choices') return typeof value === 'string' ? value : undefined
  const isList = Array.isArray(value) && value.every((one) => typeof one === 'string')
  return isList ? value : undefined
}

function shortText(value: unknown, most: number): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, most) : undefined
}
