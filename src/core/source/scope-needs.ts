// Which scopes to ask an issuer for: the fewest that a request needs, and those that the server asked
// for beside them.

import { type Binding, scopesOf } from '../binding.ts'
import { missingScopes, narrowScopes } from '../scope.ts'

/** What a request needs. */
export interface Need {
  /** The fewest scopes that do, as a text: the name of what the server asked for beside them. */
  readonly least: string
  /** All scopes to ask for. */
  readonly scopes: readonly string[]
  /** Their key in the cache. */
  readonly key: string
}

/** The needs of one person's requests to one server. */
export interface ScopeNeeds {
  /** Whether the binding names scopes, and the person has granted none of them. */
  readonly isNothingGranted: boolean
  /**
   * What a request needs.
   *
   * @param needed Default: all that the binding names.
   */
  of(needed: readonly string[] | undefined): Need
  /**
   * The scopes to ask for beside those of a need, when the server wants these.
   *
   * @returns Undefined when the binding does not allow them, or nothing is missing.
   */
  more(need: Need, wider: readonly string[]): readonly string[] | undefined
  /** Adds scopes to a need. Later requests with the same need have them too. */
  add(need: Need, more: readonly string[]): void
}

/** Options of {@link scopeNeeds}. */
export interface ScopeNeedsOptions {
  /** The scopes that the person granted. */
  readonly held: readonly string[]
  /** Whether the issuer decides on the scopes, so that all that are named are asked for. */
  readonly fromIssuer: boolean
  /** Makes the key of a token with some scopes. */
  readonly keyOf: (scopes: readonly string[]) => string
}

/** Needs that are kept at once. */
const MAX_NEEDS = 256

/** Makes the needs of one person's requests to one server. */
export function scopeNeeds(
  binding: Binding,
  { held, fromIssuer, keyOf }: ScopeNeedsOptions,
): ScopeNeeds {
  const { source } = binding
  const named = scopesOf(source)
  const stepUp = source.type === 'exchange' ? (source.stepUp ?? []) : []
  // Ask only for scopes that the person granted, unless the issuer decides. Where one is missing, the
  // server refuses and names it.
  const narrow = (wanted: readonly string[]) => (fromIssuer ? wanted : narrowScopes(wanted, held))
  const all = named.length === 0 && !fromIssuer ? held : narrow(named)
  const allowed = mostNeeded(binding, fromIssuer ? [] : held)
  /** The scopes that the server asked for beside those that were needed. */
  const added = new Map<string, readonly string[]>()
  /** What was made out before, by the scopes that a request needs. */
  const known = new Map<string, Need>()

  function make(needed: readonly string[] | undefined): Need {
    const least = needed === undefined ? all : narrow(narrowScopes(needed, allowed))
    const fewest = least.length === 0 ? all : least
    const name = JSON.stringify(fewest)
    const scopes = union(fewest, added.get(name) ?? [])
    return { least: name, scopes, key: keyOf(scopes) }
  }

  return {
    isNothingGranted: named.length > 0 && all.length === 0,
    of(needed) {
      const name = needed === undefined ? '' : JSON.stringify(needed)
      const before = known.get(name)
      if (before) return before
      const need = make(needed)
      if (known.size >= MAX_NEEDS) known.clear()
      known.set(name, need)
      return need
    },
    more({ scopes }, wider) {
      const more = missingScopes(narrow(narrowScopes(wider, [...all, ...stepUp])), scopes)
      // All or nothing: with only some of the scopes, the server would refuse again.
      const isEnough = missingScopes(wider, [...scopes, ...more]).length === 0
      return isEnough && more.length > 0 ? more : undefined
    },
    add({ least }, more) {
      added.set(least, union(added.get(least) ?? [], more))
      known.clear()
    },
  }
}

/** The most that a tool can need: where the issuer alone decides, the server's own word is no limit. */
function mostNeeded({ source, toolScopes }: Binding, held: readonly string[]): readonly string[] {
  const named = scopesOf(source)
  return named.length > 0 ? named : [...held, ...Object.values(toolScopes).flat()]
}

function union(some: readonly string[], others: readonly string[]): readonly string[] {
  return others.length === 0 ? some : [...new Set([...some, ...others])]
}
