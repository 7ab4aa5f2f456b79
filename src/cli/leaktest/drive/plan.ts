// The plan of a run: which turns there are, in which order. Each is said by both people.

import { ATTACKS, LIST_ATTACKS } from '../house/attacks.ts'

/** How much of the plan is done. */
export interface PlanOptions {
  /** The ways of the stack. Default: one without a name. */
  readonly variants: readonly string[]
  /** Everything for each variant. Default: all for the first, the most telling for the others. */
  readonly all: boolean
  /** Only behaviours that begin so. `plain` is always done. */
  readonly only: string | undefined
}

/** One turn. */
export interface PlannedTurn {
  readonly behaviour: string
  readonly variant: string
}

/** What the model does by itself. */
const BEHAVIOURS = [
  ...['plain', 'echo', 'tools', 'smuggle', 'handles', 'rename', 'pictures', 'faults', 'repeat'],
  ...['stop', 'fail', 'refuse'],
]

/** For variants after the first. */
const TELLING = [
  ...['plain', 'tools', 'lookup.text.others', 'lookup.text.own', 'lookup.http-error.others'],
  ...['list.description.others'],
]

/** Attacks at the opening of a connection: an answer that is no list and no result. */
const OPENINGS = [
  ...['rpc-error', 'http-error', 'http-headers', 'challenge', 'redirect', 'no-json', 'events'],
]

const SCOPES = ['others', 'own'] as const

/** Every behaviour that there is. */
function behavioursOf(): readonly string[] {
  const scoped = (kind: string, places: readonly string[]) =>
    places.flatMap((place) => SCOPES.map((scope) => `${kind}.${place}.${scope}`))
  return [
    ...BEHAVIOURS,
    ...scoped('lookup', Object.keys(ATTACKS)),
    ...scoped('open', OPENINGS),
    // Last: a server that has changed its list may be refused from then on.
    ...scoped('list', ['instructions', ...Object.keys(LIST_ATTACKS)]),
  ]
}

/** The turns, in order. Lists are spoilt last, for all variants. */
export function planOf({ variants, all, only }: PlanOptions): readonly PlannedTurn[] {
  const turns = variants.flatMap((variant, index) =>
    (all || index === 0 ? behavioursOf() : TELLING)
      .filter((one) => one === 'plain' || only === undefined || one.startsWith(only))
      .map((behaviour): PlannedTurn => ({ behaviour, variant })),
  )
  const isList = ({ behaviour }: PlannedTurn) => behaviour.startsWith('list.')
  return [...turns.filter((turn) => !isList(turn)), ...turns.filter(isList)]
}

/** The turns of the runs that are compared byte by byte: few, and in a fixed order. */
export const COMPARED: readonly string[] = [
  ...['plain', 'echo', 'tools', 'handles', 'fail', 'lookup.tool-error.own', 'lookup.text.others'],
]
