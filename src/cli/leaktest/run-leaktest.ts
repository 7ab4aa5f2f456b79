// A whole test of one target: the run that is searched, the runs that are compared, and the verdict.

import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { CommandError } from '../command.ts'
import { portsIn, type Values } from './config/placeholders.ts'
import type { Target } from './config/target.ts'
import { createTalk } from './drive/chat.ts'
import { type Conversation, controlOf, converse, knock, take, together } from './drive/converse.ts'
import { filesIn, recordFile, recordSources } from './drive/files.ts'
import { COMPARED, planOf } from './drive/plan.ts'
import { watchProcesses } from './drive/processes.ts'
import { emptyFolder, type Stage, type StageOptions, setStage, testFolder } from './drive/stage.ts'
import { type House, startHouse } from './house/house.ts'
import { freePort } from './house/listen.ts'
import { Tape } from './house/tape.ts'
import { type Compared, compareRuns } from './judge/interference.ts'
import { searchTape } from './judge/leaks.ts'
import { proveSearch } from './judge/self-proof.ts'
import { uselessness } from './judge/utility.ts'
import type { LeaktestOptions } from './options.ts'
import type { LeaktestResult } from './report/result.ts'
import { summarize } from './report/summarize.ts'
import { createMint, type SecretSet } from './secrets/mint.ts'

/** The MCP servers of a target that names none. */
const SERVERS = { notes: {}, tasks: {}, hostile: { hostile: true } }

/** One test: its target, and what all its runs share. */
interface Test {
  readonly target: Target
  readonly house: House
  readonly values: Values
  readonly folder: string
  readonly options: LeaktestOptions
}

/**
 * Tests a target.
 *
 * @throws CommandError when the target cannot be started, UsageError when a placeholder is wrong.
 */
export async function runLeaktest(
  described: Target,
  options: LeaktestOptions,
): Promise<LeaktestResult> {
  const began = performance.now()
  const target = { ...described, mcp: described.mcp ?? SERVERS }
  const tape = newTape(options.seed, 'first')
  const now = Math.floor(Date.now() / 1000)
  const house = await startHouse(target.mcp, tape, now)
  const folder = await testFolder(tmpdir())
  try {
    const values = await sharedValues(target, house, options, now)
    const test: Test = { target, house, values, folder, options }
    await mainRun(test, tape)
    const compared = await comparedRuns(test)
    options.progress('proving the search')
    const { entitled = [] } = target
    const proof = await proveSearch(tape, entitled)
    const progress = (done: number, all: number) => {
      options.signal.throwIfAborted()
      options.progress(`searching ${done + 1} of ${all} records`)
    }
    const search = await searchTape(tape, entitled, progress, target.notRemoved)
    const seconds = (performance.now() - began) / 1000
    const useless = uselessness(target, tape)
    return summarize({ target, tape, options, search, proof, compared, useless, seconds })
  } finally {
    await house.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function newTape(seed: string, set: SecretSet): Tape {
  return new Tape(createMint(seed, set))
}

/** Placeholders that are the same in all runs, the ports among them. */
async function sharedValues(
  target: Target,
  { places }: House,
  { seed, here }: LeaktestOptions,
  now: number,
): Promise<Values> {
  const values = new Map(places)
  for (const name of portsIn(target)) values.set(name, String(await freePort()))
  values.set('seed', seed)
  values.set('here', here)
  values.set('now', String(now))
  values.set('node', process.execPath)
  return values
}

/** Everything that is searched. */
async function mainRun(test: Test, tape: Tape): Promise<void> {
  const { target, options } = test
  options.progress('starting the target')
  const { stage, conversation } = await begin(test, tape)
  const before = new Set((await Promise.all(stage.folders.map(filesIn))).flatMap((one) => [...one]))
  const variants = target.chat.variants ?? ['']
  const turns = planOf({ variants, all: options.all, only: options.only })
  try {
    await converse(conversation, turns, (done) =>
      options.progress(`attack ${done + 1} of ${turns.length}`),
    )
    tape.turn = { behaviour: 'together' }
    if (options.only === undefined) {
      await together(conversation, variants[0] ?? '')
      await knock(conversation)
    }
    await recordSources(stage.sinks, tape, 'while it runs')
    tape.turn = { behaviour: 'crash' }
    if (stage.program?.ended()) throw new CommandError('the target ended while it was tested')
    await stage.program?.crash()
    await recordSources(stage.sinks, tape, 'after a crash')
    for (const folder of stage.folders)
      for (const path of await filesIn(folder))
        if (!before.has(path) && /core|report|\.heap|\.dmp|hs_err/i.test(path))
          await recordFile('crash', path, tape, 'after a crash')
  } finally {
    await stage.program?.end()
  }
}

/** Starts a target and gets everything ready to talk with it. */
async function begin(
  { target, house, values, folder, options }: Test,
  tape: Tape,
): Promise<{ readonly stage: Stage; readonly conversation: Conversation }> {
  house.record(tape)
  for (const { name } of target.people) tape.controls.set(controlOf(tape, name), name)
  const { here, signal } = options
  const dir = await emptyFolder(folder)
  const staging: StageOptions = { target, house, tape, values, here, dir, signal }
  const stage = await setStage(staging)
  const watch = stage.program && (await watchProcesses(stage.program.pid, tape))
  return {
    stage,
    conversation: {
      talk: createTalk({ ...target.chat, url: stage.chatUrl }, tape, values),
      tape,
      people: stage.people,
      chatUrl: stage.chatUrl,
      signal,
      after: async () => watch?.look(),
    },
  }
}

/** Short runs that differ in their secrets alone. */
async function comparedRuns(test: Test): Promise<readonly Compared[]> {
  const { target, options } = test
  if (target.deterministic === false || options.only !== undefined) return []
  const tapes: Tape[] = []
  const sets: readonly SecretSet[] = ['first', 'first', 'other', 'longer']
  for (const [index, set] of sets.entries()) {
    options.progress(`comparing runs: ${index + 1} of ${sets.length}`)
    const tape = newTape(options.seed, set)
    tape.leftOut = target.notRemoved ?? []
    const { stage, conversation } = await begin(test, tape)
    try {
      const variant = target.chat.variants?.[0] ?? ''
      for (const behaviour of COMPARED)
        for (const person of conversation.people)
          await take(conversation, person, { behaviour, variant })
      tape.turn = { behaviour: 'end' }
      await recordSources(stage.sinks, tape, 'at the end')
    } finally {
      await stage.program?.end()
    }
    tapes.push(tape)
  }
  const [first, again, ...others] = tapes
  if (!first || !again) return []
  return compareRuns(
    { same: [first, again], others },
    target.entitled ?? [],
    target.fingerprints ?? [],
  )
}
