// Takes credentials out of what a server sends back. It removes the credentials that it knows, in
// any usual form, and nothing that merely looks like one.

import type { Credential } from '../../core/credential.ts'
import type { Eventual } from '../../core/eventual.ts'
import { checkArgument, isSecret } from '../../core/option-values.ts'
import { type Budget, finish, finishInTurns, type Work, workBudget } from './budget.ts'
import { type RedactedValue, redactValue, WITHHELD } from './json-value.ts'
import { KnownSecrets } from './known-secrets.ts'
import { replaceRanges } from './marker.ts'
import type { NeedleIndex } from './needle-index.ts'
import { isClearlyClean } from './quick-look.ts'
import { mergeRanges, type Range } from './search.ts'

/** Removes the credentials that it was made for. */
export interface Redactor {
  /**
   * Takes every form of a credential out of a whole text. It is fast: it searches neither for
   * pieces nor in nested encodings. `hits` counts the markers that it put in.
   */
  text(input: string): { readonly text: string; readonly hits: number }
  /**
   * Takes credentials out of a JSON value, which may be a bare string: out of values and keys, also
   * pieces of a credential (12 characters of its random part), also where they are encoded twice.
   *
   * @param budget The work that it may cause. Default: one of its own.
   * @returns The same object when nothing was removed. `withheld` counts parts that were removed
   *   because they could not be searched: too deep, or too much that looks encoded.
   */
  json(value: unknown, budget?: Budget): RedactedValue
  /**
   * The same in slices: between them, other people's calls get their turn. Give one budget for all
   * parts of an answer.
   */
  jsonInTurns(value: unknown, budget?: Budget): Eventual<RedactedValue>
  /** How many of the credentials are too short to search for. Warn about them. */
  readonly tooShort: number
}

/**
 * Makes a redactor. Keep it as long as the credentials live: building it costs more than searching
 * a small text.
 *
 * @param secrets The credentials that may come back. With none, everything passes.
 *
 * @example
 * ```ts
 * const redactor = createRedactor([new Credential('the-token-of-alice')])
 * redactor.text('got the-token-of-alice').text // 'got [credential removed]'
 * ```
 */
export function createRedactor(secrets: readonly Credential[]): Redactor {
  checkArgument('createRedactor: the secrets', secrets, areSecrets)
  const known = new KnownSecrets()
  for (const secret of secrets) known.add(secret)
  return redactorOf([known])
}

const areSecrets: (value: unknown) => string | undefined = (value) =>
  Array.isArray(value) ? value.map(isSecret).find(Boolean) : 'must be a list of Credentials'

/** The redactor for sets of secrets that may come and go. */
export function redactorOf(sets: readonly KnownSecrets[]): Redactor {
  return {
    get tooShort() {
      return sets.reduce((sum, { tooShort }) => sum + tooShort, 0)
    },
    text(input) {
      const ranges = findForms(sets, input)
      if (!ranges) return { text: WITHHELD, hits: 0 }
      return ranges.length === 0
        ? { text: input, hits: 0 }
        : { text: replaceRanges(input, ranges), hits: ranges.length }
    },
    json(value, budget = workBudget()) {
      const indexes = indexesOf(sets)
      return isClean(value, indexes, sets, budget)
        ? unchanged(value)
        : finish(redactJson(value, indexes, sets, budget))
    },
    jsonInTurns(value, budget = workBudget()) {
      const indexes = indexesOf(sets)
      return isClean(value, indexes, sets, budget)
        ? unchanged(value)
        : finishInTurns(redactJson(value, indexes, sets, budget), budget)
    },
  }
}

function indexesOf(sets: readonly KnownSecrets[]): readonly NeedleIndex[] {
  const indexes: NeedleIndex[] = []
  for (const known of sets) if (known.hasAny) indexes.push(known.pieces)
  return indexes
}

/** Whether it takes no search to say that a value holds no secret. */
function isClean(
  value: unknown,
  indexes: readonly NeedleIndex[],
  sets: readonly KnownSecrets[],
  budget: Budget,
): boolean {
  if (indexes.length === 0) return true
  return !sets.some(mayCrossTokens) && isClearlyClean(value, indexes, budget)
}

function mayCrossTokens({ crossesTokens }: KnownSecrets): boolean {
  return crossesTokens
}

function unchanged(value: unknown): RedactedValue {
  return { value, hits: 0, withheld: 0 }
}

function* redactJson(
  value: unknown,
  indexes: readonly NeedleIndex[],
  sets: readonly KnownSecrets[],
  budget: Budget,
): Work<RedactedValue> {
  const redacted = yield* redactValue(value, indexes, budget)
  // A secret that is JSON itself may come back as the object that it spells: no string holds
  // it, but the text of the answer would.
  const crossing = sets.filter(mayCrossTokens)
  if (crossing.length === 0) return redacted
  const found = findForms(crossing, JSON.stringify(redacted.value) ?? '')
  if (found?.length === 0) return redacted
  const hits = redacted.hits + (found ? 1 : 0)
  return { value: WITHHELD, hits, withheld: redacted.withheld + 1 }
}

/** Undefined when the text could not be searched. */
function findForms(sets: readonly KnownSecrets[], text: string): readonly Range[] | undefined {
  const found: Range[] = []
  for (const known of sets) {
    const ranges = known.findForms(text)
    if (!ranges) return undefined
    found.push(...ranges)
  }
  return found.length === 0 ? found : mergeRanges(found)
}
