// The setting `search`: at which addresses tools are looked up.

import type { Search } from './search-tools.ts'

/** One value for all addresses with several servers, or one for each subset that is named. */
export type SearchSetting = Search | Readonly<Record<string, Search>>

/**
 * Checks the setting.
 *
 * @returns What holds at the address of a subset; undefined stands for that of everything.
 * @throws TypeError that names the setting.
 */
export function searchesOf(
  setting: SearchSetting | undefined,
  subsets: readonly string[],
): (subset: string | undefined) => Search | undefined {
  if (setting === undefined) return () => undefined
  if (isSearch(setting)) return () => setting
  if (typeof setting !== 'object' || setting === null || Array.isArray(setting))
    throw new TypeError("search must be true, 'only' or a map of subsets to one of these")
  for (const [name, value] of Object.entries(setting)) {
    if (!subsets.includes(name))
      throw new TypeError(`search.${name} is no subset: add it to subsets, with its servers`)
    if (!isSearch(value)) throw new TypeError(`search.${name} must be true or 'only'`)
  }
  return (subset) =>
    subset !== undefined && Object.hasOwn(setting, subset) ? setting[subset] : undefined
}

function isSearch(value: unknown): value is Search {
  return value === true || value === 'only'
}
