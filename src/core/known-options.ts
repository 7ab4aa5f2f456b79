// Finds settings that are missing, misspelt or of the wrong kind, at creation. Pure.

import { VALUE_CHECKS, type ValueChecks } from './option-values.ts'

/** The options of a factory: which there are, and which must be given. A new one must be added. */
export type OptionNames<T> = {
  readonly [Name in keyof T]-?: object extends Pick<T, Name> ? 'optional' : 'required'
}

/** The same, of whatever options. */
export type Names = Readonly<Record<string, 'optional' | 'required'>>

/**
 * Checks the names of options, and what their values are. An option that nobody reads looks like one
 * that works: a misspelt `scopes` would ask for none.
 *
 * @param at Where the options are, such as `servers.Tasks.source`; empty at the top.
 * @param own What values this factory wants, where `VALUE_CHECKS` does not say it, or says otherwise.
 * @throws TypeError that names the option, and what was probably meant.
 *
 * @example
 * ```ts
 * checkOptions('createDoor', '', options, DOOR_OPTIONS)
 * ```
 */
export function checkOptions(
  factory: string,
  at: string,
  options: unknown,
  names: Names,
  own: ValueChecks = {},
): void {
  const place = at === '' ? factory : at
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError(`${place} must be an object with options`)
  const known = Object.keys(names)
  const path = (name: string) => (at === '' ? name : `${at}.${name}`)
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue
    const near = nearest(name, known)
    throw new TypeError(
      near === undefined
        ? `${path(name)}: ${place} has no such option. It has ${known.join(', ')}`
        : `${path(name)}: did you mean ${near}?`,
    )
  }
  for (const [name, need] of Object.entries(names)) {
    const value: unknown = Object.getOwnPropertyDescriptor(options, name)?.value
    if (need === 'required' && (value === undefined || value === null))
      throw new TypeError(`${path(name)} must be given${at === '' ? ` (${factory})` : ''}`)
    const problem = value === undefined ? undefined : checkOf(name, own)?.(value)
    if (problem !== undefined) throw new TypeError(`${path(name)} ${problem}`)
  }
}

function checkOf(name: string, own: ValueChecks): ValueChecks[string] | undefined {
  for (const checks of [own, VALUE_CHECKS]) if (Object.hasOwn(checks, name)) return checks[name]
  return undefined
}

/** The name that was probably meant; undefined when none is near. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const wanted = plain(name)
  const ranked = names
    .map((known) => ({ known, distance: distanceOf(wanted, plain(known)) }))
    .filter(({ distance }) => distance <= Math.max(1, Math.floor(wanted.length / 3)))
    .sort((a, b) => a.distance - b.distance)
  return (
    ranked[0]?.known ??
    names.find((known) => wanted.length >= 3 && plain(known).includes(wanted)) ??
    names.find((known) => known.length >= 5 && wanted.includes(plain(known)))
  )
}

/** Upper case and separators are the commonest differences. Longer names are cut. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/[-_\s]/g, '')
    .slice(0, 64)
}

/** How many letters must be added, left out or replaced (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (letter === b[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced))
    }
    row = next
  }
  return row[b.length] ?? 0
}
