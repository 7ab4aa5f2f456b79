// Keeps an argument out of the parameters of others. The members of an object become names of the query,
// so one could be written a second time, and many servers take the last: HTTP parameter pollution.

import { folded } from '../../core/reads-alike.ts'
import type { Operation, Parameter } from './operation.ts'
import { Unusable } from './unusable.ts'

/**
 * Makes the check of one place of a request.
 *
 * @param filled Names that are there already.
 * @returns Throws Unusable for a name that the parameter must not write.
 */
export function ownNames(
  place: 'query' | 'cookie',
  { parameters, reserved }: Operation,
  filled: Iterable<string>,
): (name: string, parameter: Parameter) => void {
  const owners = new Map<string, Parameter | undefined>()
  for (const parameter of parameters)
    if (parameter.in === place) owners.set(read(parameter.name), parameter)
  for (const name of [...reserved[place], ...filled]) owners.set(read(name), undefined)
  return (name, parameter) => {
    const key = read(name)
    if (owners.has(key) && owners.get(key) !== parameter)
      throw new Unusable(`${parameter.argument} is not yours to fill`)
    owners.set(key, parameter)
  }
}

/**
 * Checks the members of a form: what a placement filled must not be there twice.
 *
 * @throws Unusable for two members that servers may read as one.
 */
export function checkForm(names: readonly string[], argument: string): void {
  if (new Set(names.map(read)).size < names.length)
    throw new Unusable(`${argument} has two members that many servers read as one`)
}

/** How the laxest servers read a name: `key[x]` is a part of `key`, `a.b` is `a_b`, and case is nothing. */
function read(name: string): string {
  return folded(name.trim().replace(/\[.*$/s, '')).replaceAll(/[ .]/g, '_')
}
