// Each thing that the app depends on is away, slow or wrong for a whole turn, and then back.

import { DatabaseSync } from 'node:sqlite'
import { type Fault, type Grip, runScenario, type Stage, type TurnKind } from '../scenario.ts'
import type { Interference } from '../world.ts'
import { hangs, REQUEST_FAULTS } from './network.ts'

/** The requests of each dependency, by their purpose. */
const DEPENDENCIES: Readonly<Record<string, RegExp>> = {
  "the authorization server's metadata": /^metadata$/,
  'the token endpoint': /^(exchange|refresh)$/,
  'the keys (JWKS)': /^keys$/,
  'the MCP server': /^mcp /,
  'the API': /^api$/,
  everything: /./,
}

/** The ways in which a whole dependency fails. */
const WAYS = [
  'the request is lost',
  'nobody answers',
  'the answer is 503',
  'the answer is no JSON',
  'the answer is another one',
] as const

const fail = async () => {
  throw new Error('out of order')
}
const never = () => new Promise<void>(() => {})

/** Faults of what is no server. */
function otherFaults(): Fault[] {
  let other: DatabaseSync | undefined
  const lock = ({ path }: Grip) => {
    other = new DatabaseSync(path)
    other.exec('begin immediate')
  }
  const unlock = () => {
    other?.close()
    other = undefined
  }
  return [
    { kind: 'the model is down', name: 'whole turn', model: fail },
    { kind: 'the model is silent', name: 'whole turn', model: never, hangs: true },
    { kind: 'the audit is down', name: 'whole turn', audit: fail },
    {
      kind: 'the database is locked',
      name: 'whole turn',
      begin: lock,
      end: unlock,
      busyTimeout: 30,
    },
  ]
}

/** Takes every dependency away in every way. */
export async function dependencyFaults(stage: Stage, turn: TurnKind): Promise<void> {
  for (const [name, purposes] of Object.entries(DEPENDENCIES))
    for (const way of WAYS) {
      const fault = REQUEST_FAULTS[way]
      if (!fault) throw new Error(`There is no way ${way}`)
      const interfere: Interference = (passing, go) =>
        purposes.test(passing.purpose) ? fault(passing, go) : go()
      await runScenario(stage, turn, {
        kind: `${name}: ${way}`,
        name: 'whole turn',
        interfere,
        hangs: hangs(way),
      })
      stage.tally.fault(`for a whole turn: ${name}`)
    }
  for (const fault of otherFaults()) {
    await runScenario(stage, turn, fault)
    stage.tally.fault(`for a whole turn: ${fault.kind}`)
  }
}

/** Locks the database at every `step`th place of a turn, for a while and for too long. */
export async function lockedPlaces(stage: Stage, turn: TurnKind, step = 1): Promise<void> {
  for (const holdMs of [5, 200])
    for (let place = 1; ; place += step) {
      let other: DatabaseSync | undefined
      const { points } = await runScenario(stage, turn, {
        kind: `the database is locked for ${holdMs} ms`,
        name: `place ${place}`,
        busyTimeout: 50,
        at(number, { path }) {
          if (number !== place) return
          const held = new DatabaseSync(path, { timeout: 0 })
          try {
            held.exec('begin immediate')
          } catch (error) {
            held.close()
            throw error
          }
          other = held
          setTimeout(() => held.close(), holdMs)
        },
        end: () =>
          new Promise((resolve) => {
            const wait = () => (other?.isOpen ? setTimeout(wait, 1) : resolve())
            wait()
          }),
      })
      if (points < place) break
      stage.tally.fault(`the database is locked for ${holdMs} ms`)
    }
}

/** The authorization server changes its signing key at every `step`th request of a turn. */
export async function rotatedSigningKeys(stage: Stage, turn: TurnKind, step = 1): Promise<void> {
  const kind = 'the signing key is another one'
  for (let at = 1; ; at += step) {
    let done = false
    await runScenario(stage, turn, {
      kind,
      name: `request ${at}`,
      async interfere({ number }, go) {
        if (number === at) {
          done = true
          await stage.world.rotateSigningKey()
        }
        return go()
      },
    })
    if (!done) break
    stage.tally.fault(kind)
  }
}
