// The names that a schema gives to parameters without declaring them: it requires or allows them,
// makes something depend on them, or has them in an example. The model reads those too, and the
// server takes such a parameter all the same.

import { granted, type Result } from '../../core/errors.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import type { StepBudget } from '../../core/steps.ts'
import { maySpellCredential } from './name-pattern.ts'
import { literalNames } from './pattern.ts'
import { EVERY, MAX_DEPTH, type Segments } from './pointer.ts'
import { type ArgumentRefusal, refuse } from './refusal.ts'
import { elementsOf, entriesOf, type Resolve, stringsOf } from './schema.ts'

/** A name, and the segments that lead from the schema's place to where it stands. */
export interface NamedPlace {
  readonly name: string
  readonly below: Segments
}

const HERE: Segments = []

/** Gives the names, other than those in the schema's own `properties`. */
export function namesIn(
  schema: UnknownObject,
  resolve: Resolve,
  budget: StepBudget,
): Result<readonly NamedPlace[], ArgumentRefusal> {
  const { required, dependentRequired, dependentSchemas, dependencies, properties } = schema
  const names = new Set(stringsOf(required))
  for (const map of [dependentRequired, dependentSchemas, dependencies])
    for (const [name, others] of entriesOf(map)) {
      names.add(name)
      if (!budget.take(1 + elementsOf(others).length)) return refuse('schema_too_large')
      for (const other of stringsOf(others)) names.add(other)
    }
  const allowed = allowedNames(schema, resolve, budget)
  if (!allowed.ok) return allowed
  for (const name of allowed.value) names.add(name)
  const found = [...names].map((name): NamedPlace => ({ name, below: HERE }))
  for (const value of [schema.default, ...elementsOf(schema.examples)])
    collect(value, HERE, found, budget)
  const isDeclared = ({ name, below }: NamedPlace) =>
    below.length === 0 && isObject(properties) && Object.hasOwn(properties, name)
  return granted(found.filter((one) => !isDeclared(one)))
}

/**
 * The names that a schema for names spells out. Where no other members are allowed, they add
 * nothing.
 */
function allowedNames(
  { propertyNames, additionalProperties }: UnknownObject,
  resolve: Resolve,
  budget: StepBudget,
): Result<readonly string[], ArgumentRefusal> {
  if (!isObject(propertyNames) || additionalProperties === false) return granted([])
  const found: string[] = []
  // The queue grows while the loop reads it.
  const queue = new Set<unknown>([propertyNames])
  for (const here of queue) {
    if (!isObject(here)) continue
    const choices = [here.allOf, here.anyOf, here.oneOf].flatMap(elementsOf)
    const listed = elementsOf(here.enum)
    if (!budget.take(1 + choices.length + listed.length)) return refuse('schema_too_large')
    for (const name of stringsOf([here.const, ...listed])) found.push(name)
    if (typeof here.pattern === 'string') {
      const names = literalNames(here.pattern)
      if (!names && maySpellCredential(here.pattern, budget)) return refuse('parameter_unnameable')
      for (const name of names ?? []) found.push(name)
    }
    for (const choice of choices) queue.add(choice)
    const target = Object.hasOwn(here, '$ref') ? resolve(here.$ref) : undefined
    if (target?.ok) queue.add(target.value)
  }
  return granted(found)
}

/** Collects the names of members in a value. */
function collect(value: unknown, below: Segments, found: NamedPlace[], budget: StepBudget): void {
  if (typeof value !== 'object' || value === null || below.length >= MAX_DEPTH) return
  if (Array.isArray(value)) {
    const inside = [...below, EVERY]
    for (const one of value) if (budget.take(1)) collect(one, inside, found, budget)
    return
  }
  for (const [name, one] of Object.entries(value)) {
    if (!budget.take(1)) return
    found.push({ name, below })
    if (typeof one === 'object') collect(one, [...below, name], found, budget)
  }
}
