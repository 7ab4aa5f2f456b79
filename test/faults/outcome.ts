// What came of a fault: the person comes back and goes on, and everything that they were told is
// compared with what the API carried out.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  approve,
  ask,
  greet,
  look,
  type Person,
  type Said,
  saidBy,
  type Told,
  threadsOf,
} from './person.ts'
import { leaksIn, type Place } from './secrets.ts'
import type { Tally } from './tally.ts'

/** What a person found when they came back. */
export interface Back {
  /** Items that they were told, and that are gone. */
  readonly missing: readonly string[]
  readonly said: Said
  /** Whether the thread answers. */
  readonly answered: boolean
  /** Whether the card said before that it was done. */
  readonly toldDone: boolean
  /** Threads, where the client sent its message under a key. */
  readonly threads: number
}

/** Who comes back, and to what. */
export interface Coming {
  readonly person: Person
  readonly told: Told
  readonly task: number
  readonly key?: string | undefined
  /** Connects the account again, where there is one. */
  readonly reconnect?: (() => Promise<void>) | undefined
}

/** The person looks, goes on with what is open, says something else, and looks again. */
export async function comeBack({ person, told, task, key, reconnect }: Coming): Promise<Back> {
  const before = await look(person, { ...told, raw: '' })
  const toldDone = told.card !== undefined && saidBy(told.card) === 'done'
  // A client that did not hear the whole answer sends its message again, with the same key.
  if (key !== undefined && told.card === undefined) await ask(person, told, task, key)
  await look(person, told)
  // Also when the card does not ask any more, and twice: a page may show the button still.
  await approve(person, told)
  await approve(person, told)
  let answered = await greet(person, told)
  if (!answered && reconnect) {
    // A refresh whose answer was lost ends the grant at a server that rotates: the person connects
    // the account again.
    await reconnect()
    answered = await greet(person, told)
  }
  const last = await look(person, told)
  const threads = key === undefined ? 1 : await threadsOf(person, told)
  const missing = [...before.missing, ...last.missing]
  return { missing, said: last.said, answered, toldDone, threads }
}

/** Compares what the person was told with what was carried out. */
export function judge(tally: Tally, at: string, carried: number, told: Told, back: Back): void {
  const { said, missing, answered, toldDone, threads } = back
  const lost = (what: string) => tally.wrong('lost', `${at}: ${what}`)
  tally.counts.calls += carried
  if (missing.length > 0) lost(`${missing.length} items that were told are gone`)
  if (!answered) lost(`the thread answers no more: ${told.raw.slice(-300)}`)
  if (carried > 1) tally.wrong('doubled', `${at}: carried out ${carried} times`)
  if (threads > 1) tally.wrong('doubled', `${at}: one message made ${threads} threads`)
  if (said === 'unknown') tally.counts.unknown += 1
  if (said === 'done' && carried === 0) lost('said to be done, and is not')
  if ((said === 'nothing' || said === 'no card') && carried > 0)
    lost(`said "${said}", and it was carried out`)
  if (said === 'asking') lost('still asking')
  if (toldDone && said !== 'done') lost(`said done, and later ${said}`)
}

/** Looks for secrets in everything that was written or sent. */
export function search(
  tally: Tally,
  at: string,
  secrets: readonly { readonly kind: string; readonly text: string }[],
  places: readonly Place[],
): void {
  for (const leak of leaksIn(secrets, places)) tally.wrong('leaked', `${at}: ${leak}`)
}

/** The files of a folder, if there is one. */
export function filesIn(folder: string): readonly Place[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) }))
}
