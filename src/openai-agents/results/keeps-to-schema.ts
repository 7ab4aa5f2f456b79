// Whether a value has the form that a JSON schema describes, as far as its plain words go: `type`,
// `enum`, `const`, `required`, `properties`, `items`. It is for a remark to the model, so what is
// not understood counts as kept. Pure.

import { isObject, writeJson } from '../../core/json.ts'

/** Deeper is not looked at. */
const MAX_DEPTH = 20
/** Elements of a list that are looked at. */
const MAX_ELEMENTS = 200

/** Whether nothing in the value is known to break the schema. */
export function keepsToSchema(value: unknown, schema: unknown, depth = 0): boolean {
  if (!isObject(schema) || depth > MAX_DEPTH) return true
  const { type, required, properties, items } = schema
  const types = typeof type === 'string' ? [type] : Array.isArray(type) ? type : undefined
  if (types && !types.some((name) => isOfType(value, name))) return false
  if (Array.isArray(schema.enum) && !schema.enum.some((one) => isEqual(one, value))) return false
  if ('const' in schema && !isEqual(schema.const, value)) return false
  if (Array.isArray(value))
    return value.slice(0, MAX_ELEMENTS).every((one) => keepsToSchema(one, items, depth + 1))
  if (!isObject(value)) return true
  const wanted = Array.isArray(required) ? required : []
  if (!wanted.every((name) => typeof name !== 'string' || Object.hasOwn(value, name))) return false
  return Object.entries(isObject(properties) ? properties : {}).every(
    ([name, inner]) => !Object.hasOwn(value, name) || keepsToSchema(value[name], inner, depth + 1),
  )
}

function isOfType(value: unknown, type: unknown): boolean {
  switch (type) {
    case 'object':
      return isObject(value)
    case 'array':
      return Array.isArray(value)
    case 'null':
      return value === null
    case 'integer':
      return Number.isInteger(value)
    case 'number':
    case 'string':
    case 'boolean':
      return typeof value === type
    default:
      return true
  }
}

function isEqual(one: unknown, other: unknown): boolean {
  return one === other || (typeof one === 'object' && writeJson(one) === writeJson(other))
}
