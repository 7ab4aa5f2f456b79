// A process that is killed at every place where it waits, one place after the other.

import { runScenario, type Stage, type TurnKind } from '../scenario.ts'

/** The ways in which a turn is made. */
export const TURNS: readonly TurnKind[] = [
  { source: 'exchange', resumable: false, keyed: false },
  { source: 'exchange', resumable: true, keyed: true },
  { source: 'connection', resumable: false, keyed: true },
  { source: 'connection', resumable: true, keyed: false },
]

/**
 * Kills the process at every `step`th place of a turn, from `first` on, until the turn is over before
 * it comes to the place.
 */
export async function crashes(stage: Stage, turn: TurnKind, first = 1, step = 1): Promise<number> {
  const kind = 'killed at a place where it waits'
  for (let place = first; ; place += step) {
    const { died, points } = await runScenario(stage, turn, {
      kind,
      name: `place ${place}`,
      at(number, grip) {
        if (number === place) grip.kill()
      },
    })
    if (!died) return points
    stage.tally.fault(kind)
  }
}
