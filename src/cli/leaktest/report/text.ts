// A result as text for people.

import type { Leak } from '../judge/leaks.ts'
import type { LeaktestResult } from './result.ts'

/** Leaks of one sink that are shown one by one. */
const MAX_SHOWN = 12

/** The report. */
export function textOf(result: LeaktestResult): string {
  const { target, leaks, unknown, notes, sinks, compared, counts, verdict } = result
  const equal = compared.filter((one) => one.verdict === 'equal').length
  return [
    `Target: ${target}`,
    ...leaksOf(result),
    ...(unknown.length > 0 ? ['', 'Could not tell:', ...unknown.map((line) => `  - ${line}`)] : []),
    ...(notes.length > 0 ? ['', 'Notes:', ...notes.map((line) => `  - ${line}`)] : []),
    '',
    `Looked for ${counts.secrets} secrets of ${counts.kinds} kinds in ${counts.encodings} encodings, in ${counts.sinks} sinks with ${counts.places} places:`,
    ...sinks.map(({ name, records, bytes }) => `  ${name}: ${records} records, ${sizeOf(bytes)}`),
    `${counts.turns} turns, ${counts.attacks} attacks by hostile servers, ${counts.texts} texts searched (${sizeOf(counts.bytes)}), ${counts.seconds} s.`,
    `The search proved itself: ${counts.found} of ${counts.planted} planted leaks were found.`,
    ...(compared.length > 0
      ? [`With other secrets, ${equal} of ${compared.length} sinks are the same byte for byte.`]
      : []),
    '',
    verdictOf(verdict, leaks.length),
  ].join('\n')
}

function verdictOf(verdict: LeaktestResult['verdict'], count: number): string {
  switch (verdict) {
    case 'clean':
      return '0 leaks.'
    case 'leak':
      return `${count} leaks.`
    case 'unknown':
      return 'No leak was found, but the test could not tell everything.'
  }
}

function leaksOf({ leaks, seed }: LeaktestResult): readonly string[] {
  return [...new Set(leaks.map(({ sink }) => sink))].flatMap((sink) => {
    const some = leaks.filter((leak) => leak.sink === sink)
    return [
      '',
      `${sink}:`,
      ...some.slice(0, MAX_SHOWN).flatMap((leak) => leakLines(leak, seed)),
      ...(some.length > MAX_SHOWN ? [`  … and ${some.length - MAX_SHOWN} more`] : []),
    ]
  })
}

function leakLines(leak: Leak, seed: string): readonly string[] {
  const { secret, owner, encodings, part, characters, place, person, times } = leak
  const whose = owner === undefined ? '' : ` of ${owner}`
  const turn = person === undefined ? '' : ` in a turn of ${person}`
  return [
    `  LEAK ${secret}${whose}${turn}: ${part} (${characters} characters), ${times} times, ${encodings.join('; ')}`,
    `       at ${place}; again with --only ${reproducing(leak)} --seed ${seed}`,
  ]
}

/** What `--only` takes to see a leak again. */
export function reproducing({ behaviour }: Pick<Leak, 'behaviour'>): string {
  return behaviour.split(',')[0]?.replace(/ .*/, '') ?? ''
}

function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
