// Puts what a test found together: the numbers, what weakens it, and the verdict.

import type { SinkSource, Target } from '../config/target.ts'
import { controlOf } from '../drive/converse.ts'
import type { Tape } from '../house/tape.ts'
import type { Compared } from '../judge/interference.ts'
import type { Search } from '../judge/leaks.ts'
import type { Proof } from '../judge/self-proof.ts'
import type { LeaktestOptions } from '../options.ts'
import { encodings } from '../search/encodings.ts'
import type { LeaktestResult, SinkSummary } from './result.ts'

/** What there is to put together. */
export interface Parts {
  readonly target: Target
  readonly tape: Tape
  readonly options: LeaktestOptions
  readonly search: Search
  readonly proof: Proof
  readonly compared: readonly Compared[]
  /** Why the target did not do its work. */
  readonly useless: readonly string[]
  readonly seconds: number
}

/** Most planted leaks that are named when they were missed. */
const MAX_NAMED = 5

/** The sinks that every target has. */
const ALWAYS = ['model requests', 'tool schemas', 'tool results', 'browser'] as const

/** Makes the result. */
export function summarize(parts: Parts): LeaktestResult {
  const { target, tape, options, search, proof, compared, useless, seconds } = parts
  const sinks = sinksOf(tape, target)
  const unknown = [
    ...useless,
    ...unproven(proof),
    ...silent(target, sinks),
    ...interfered(compared),
  ]
  const secrets = tape.ledger.all()
  const found = [...search.leaks].sort((a, b) => a.sink.localeCompare(b.sink))
  const leaks = found.filter(({ isKnown }) => !isKnown)
  return {
    target: target.name,
    file: options.file,
    command: options.command,
    seed: options.seed,
    verdict: leaks.length > 0 ? 'leak' : unknown.length > 0 ? 'unknown' : 'clean',
    leaks,
    known: found.filter(({ isKnown }) => isKnown),
    unknown,
    notes: notesOf(parts, sinks),
    sinks,
    compared,
    counts: {
      secrets: secrets.length,
      kinds: new Set(secrets.map(({ kind }) => kind)).size,
      sinks: sinks.length,
      encodings: Object.keys(encodings).length,
      places: new Set(tape.records.map(({ sink, place }) => `${sink} ${place}`)).size,
      texts: search.texts,
      bytes: search.bytes,
      turns: tape.counts.turns,
      attacks: tape.attacks,
      planted: proof.planted,
      found: proof.planted - proof.missed.length,
      seconds: Math.round(seconds * 10) / 10,
    },
  }
}

function sinksOf(tape: Tape, { people }: Target): readonly SinkSummary[] {
  const controls = people.map(({ name }) => controlOf(tape, name))
  const sinks = new Map<string, SinkSummary>()
  for (const { sink: name, body } of tape.records) {
    const known = sinks.get(name) ?? { name, records: 0, bytes: 0, control: false }
    sinks.set(name, {
      name,
      records: known.records + 1,
      bytes: known.bytes + body.length,
      control: known.control || controls.some((control) => body.includes(control)),
    })
  }
  return [...sinks.values()].sort((a, b) => a.name.localeCompare(b.name))
}

function unproven({ missed, planted }: Proof): readonly string[] {
  if (missed.length === 0) return []
  const some = missed.slice(0, MAX_NAMED).join('; ')
  return [`the search missed ${missed.length} of ${planted} planted leaks: ${some}`]
}

/** Sinks in which nothing was seen: there may have been nothing, or the test may be deaf. */
function silent({ sinks = [] }: Target, seen: readonly SinkSummary[]): readonly string[] {
  const names = new Set(seen.map(({ name }) => name))
  return [
    ...ALWAYS.filter((name) => !names.has(name)).map((name) => `nothing came to: ${name}`),
    ...sinks
      .filter((sink) => !seen.some(({ name }) => name.startsWith(`${sink.kind} `)))
      .map((sink) => `the sink ${nameOf(sink)} is empty or is not there`),
  ]
}

function nameOf(sink: SinkSource): string {
  return `${sink.kind} ${'path' in sink ? sink.path : sink.command.join(' ')}`
}

/** Where the output depends on the secrets, although no encoding of one was found there. */
function interfered(compared: readonly Compared[]): readonly string[] {
  return compared
    .filter(({ verdict }) => verdict === 'differs')
    .map(({ sink, where }) => `what comes to ${sink} depends on the secrets (${where})`)
}

function notesOf({ target, compared, options }: Parts, sinks: readonly SinkSummary[]): string[] {
  const unsteady = compared.filter(({ verdict }) => verdict === 'unsteady')
  const deaf = sinks.filter(
    ({ name, control }) => !control && /^(?:database|telemetry|log|history)/.test(name),
  )
  const uncompared =
    target.deterministic === false
      ? 'the target is not deterministic'
      : options.only !== undefined
        ? 'only some behaviours were asked for'
        : undefined
  return [
    ...(uncompared === undefined ? [] : [`Equal runs were not compared: ${uncompared}.`]),
    ...unsteady.map(
      ({ sink, where }) => `Runs with equal secrets differ in ${sink} (${where}): could not tell.`,
    ),
    ...deaf.map(({ name }) => `No message was seen in ${name}: it may be encrypted, or elsewhere.`),
  ]
}
