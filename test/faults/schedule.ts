// The whole schedule of faults, and a small slice of it: the same kinds of faults, fewer of each.

import { startPostgres } from '../store/postgres/server.ts'
import { crashes, TURNS } from './kinds/crash.ts'
import { dependencyFaults, lockedPlaces, rotatedSigningKeys } from './kinds/dependencies.ts'
import { crashedPostgres, instanceFaults, openInstances } from './kinds/instances.ts'
import { killedProcesses, starvedProcesses } from './kinds/killed.ts'
import { requestFaults } from './kinds/network.ts'
import { killedRefreshes, refreshFaults } from './kinds/refresh.ts'
import { clockJumps, fullDisks } from './kinds/resources.ts'
import { killedKeyrings, killedRewraps } from './kinds/rotation.ts'
import type { Stage, TurnKind } from './scenario.ts'

const [PLAIN, KEYED, CONNECTED] = TURNS as readonly [TurnKind, TurnKind, TurnKind]

/** A part of the schedule, with its name for somebody who waits. */
export type Part = readonly [name: string, run: (stage: Stage) => Promise<unknown>]

/** Everything. It takes some minutes. */
export const WHOLE: readonly Part[] = [
  ...TURNS.map(
    (turn, n): Part => [`killed at every place, turn ${n}`, (stage) => crashes(stage, turn)],
  ),
  ['killed in a refresh, and stolen refresh tokens', refreshFaults],
  ['requests and answers that are lost', (stage) => requestFaults(stage, PLAIN)],
  ['the same with connected accounts', (stage) => requestFaults(stage, CONNECTED)],
  ['dependencies that are away', (stage) => dependencyFaults(stage, PLAIN)],
  ['the same with a resumable answer', (stage) => dependencyFaults(stage, KEYED)],
  ['other signing keys', (stage) => rotatedSigningKeys(stage, PLAIN)],
  ['a locked database', (stage) => lockedPlaces(stage, KEYED, 4)],
  ['a full disk', (stage) => fullDisks(stage, KEYED, 2)],
  ['a clock that jumps', (stage) => clockJumps(stage, PLAIN, 5)],
  ['killed while keys are re-wrapped', (stage) => killedRewraps(stage)],
  ['killed in the files of a keyring', (stage) => killedKeyrings(stage)],
  ['two instances over PostgreSQL', withPostgres],
  ['real processes, killed', (stage) => killedProcesses(stage, 15)],
  ['real processes, starved of disk', (stage) => starvedProcesses(stage, [40, 80, 120, 160, 200])],
]

async function withPostgres(stage: Stage): Promise<void> {
  const server = await startPostgres({ durable: true })
  try {
    const instances = await openInstances(server, { database: await server.database() })
    try {
      await instanceFaults(stage, KEYED, instances, 3)
      await instanceFaults(stage, PLAIN, instances, 3)
      await crashedPostgres(stage, KEYED, server, instances, [15, 45, 75, 105, 135])
    } finally {
      await instances.one.close()
      await instances.other.close()
    }
  } finally {
    await server.close()
  }
}

/** Some of each kind, in a few seconds. PostgreSQL and most real processes are left out. */
export const SLICE: readonly Part[] = [
  ['killed at some places', (stage) => crashes(stage, KEYED, 7, 40)],
  ['killed in a refresh', (stage) => killedRefreshes(stage)],
  ['answers that are lost', (stage) => requestFaults(stage, PLAIN, 4, ['the answer is lost'])],
  ['a full disk', (stage) => fullDisks(stage, PLAIN, 30)],
  ['a locked database', (stage) => lockedPlaces(stage, PLAIN, 70)],
  ['killed while keys are re-wrapped', (stage) => killedRewraps(stage, 40)],
  ['killed in the files of a keyring', (stage) => killedKeyrings(stage, ['rotate'], 1)],
]
