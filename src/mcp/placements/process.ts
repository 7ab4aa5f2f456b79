// The placements `env` and `args`: credentials go into the start of a process, and no message holds
// one. Every message asks for them all the same, so that a key that was removed is missed at once.

import { MAIN } from '../../core/binding.ts'
import type { ProcessStart } from '../../core/carry/child-processes.ts'
import { fillTemplate, malformed, type TemplatePerson } from '../../core/carry/fill-template.ts'
import { Credential } from '../../core/credential.ts'
import { granted, type Result } from '../../core/errors.ts'
import type { Placement, PlacementOf } from '../../core/placement/placement.ts'
import { credentialsIn, type Piece, piecesOf } from '../../core/placement/template.ts'
import { FILLED, type Filling, type Part, type PlannedPart } from './part.ts'

/** Takes what a process is to be started with. */
export type OnStart = (start: ProcessStart) => void

/** One value of a start, and where it goes. */
interface Place {
  /** The variable; undefined for an argument. */
  readonly variable: string | undefined
  readonly pieces: readonly Piece[]
  readonly from: string
  readonly at: string
}

/**
 * The part for all placements of a binding that go into its process; undefined when none does.
 *
 * @param onStart Called with the values before each message.
 */
export function processPart(
  placements: readonly Placement[],
  person: TemplatePerson,
  onStart: OnStart,
): Part | undefined {
  const places = placements.flatMap(placesOf)
  if (places.length === 0) return undefined
  const uses = places.flatMap(({ pieces, from, at }) =>
    credentialsIn(pieces).map((source = from) => ({ source, at })),
  )
  const part = granted({
    uses: [...new Map(uses.map((use) => [JSON.stringify(use), use])).values()],
    fill(_, { tokens }) {
      const start = startWith(places, { person, tokens })
      if (!start.ok) return start
      const ends = uses.map(({ source }) => tokens.get(source)?.expiresAt ?? 0)
      onStart({ ...start.value, expiresAt: Math.min(Number.POSITIVE_INFINITY, ...ends) })
      return FILLED
    },
  } satisfies PlannedPart)
  return () => part
}

function placesOf(placement: Placement): readonly Place[] {
  if (placement.type === 'env') return variablesOf(placement)
  if (placement.type !== 'args') return []
  const { args, from = MAIN } = placement
  return args.map((arg) => ({ variable: undefined, pieces: piecesOf(arg), from, at: 'args' }))
}

function variablesOf({ variables, from = MAIN }: PlacementOf<'env'>): readonly Place[] {
  return Object.entries(variables).map(([variable, value]) => ({
    variable,
    pieces: piecesOf(value),
    from,
    at: `env ${variable}`,
  }))
}

function startWith(
  places: readonly Place[],
  { person, tokens }: { readonly person: TemplatePerson } & Pick<Filling, 'tokens'>,
): Result<Omit<ProcessStart, 'expiresAt'>> {
  const env: Record<string, Credential> = {}
  const args: Credential[] = []
  for (const { variable, pieces, from } of places) {
    const text = fillTemplate(pieces, { ...person, from, tokens })
    if (!text.ok) return text
    if (/^$|[\u0000-\u001f\u007f]/.test(text.value))
      return malformed('a value that is not empty, without control characters')
    if (variable !== undefined) env[variable] = new Credential(text.value)
    else if (text.value.startsWith('-') && !beginsWithText(pieces)) return malformed(NO_OPTION)
    else args.push(new Credential(text.value))
  }
  return granted({ env, args })
}

function beginsWithText([first]: readonly Piece[]): boolean {
  return first !== undefined && 'text' in first
}

/** A person may have typed the key, or chosen the claim. */
const NO_OPTION =
  'a value that does not begin with a dash, because it would be another option of the program; for such a value write --option={credential}'
