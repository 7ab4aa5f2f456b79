// Sentences about leaks, for every kind of report.

import type { Leak } from '../judge/leaks.ts'
import type { LeaktestResult } from './result.ts'

/** A secret and whose it is. */
export function secretOf({ secret, owner }: Leak): string {
  return owner === undefined ? secret : `${secret} of ${owner}`
}

/** What was found, as one sentence. */
export function sentenceOf(leak: Leak): string {
  const { sink, person, part, characters, times, encodings } = leak
  const turn = person === undefined ? '' : ` in a turn of ${person}`
  const often = times === 1 ? 'once' : `${times} times`
  return `${secretOf(leak)} came to ${sink}${turn}: ${part} (${characters} characters), ${often}, ${encodings.join('; ')}`
}

/** What `--only` takes to see a leak again. */
function reproducing({ behaviour }: Pick<Leak, 'behaviour'>): string {
  return behaviour.split(',')[0]?.replace(/ .*/, '') ?? ''
}

/** How to see a leak again. */
export function commandOf(leak: Leak, { seed, command }: LeaktestResult): string {
  const only = reproducing(leak)
  // What is not a turn happens in each whole run.
  const option = /^(?:start|together|door|crash|another)/.test(only) ? '' : ` --only ${only}`
  return `${command}${option} --seed ${seed}`
}

/** The last line of a report. */
export function verdictOf({ verdict, leaks, known }: LeaktestResult): string {
  switch (verdict) {
    case 'clean':
      return known.length === 0 ? '0 leaks.' : `0 leaks, and ${known.length} known ones.`
    case 'leak':
      return leaks.length === 1 ? '1 leak.' : `${leaks.length} leaks.`
    case 'unknown':
      return 'No leak was found, but the test could not tell everything.'
  }
}

/** The numbers, as sentences. */
export function numbersOf({ counts, compared }: LeaktestResult): readonly string[] {
  const equal = compared.filter(({ verdict }) => verdict === 'equal').length
  return [
    `Looked for ${counts.secrets} secrets of ${counts.kinds} kinds in ${counts.encodings} encodings, in ${counts.places} places of ${counts.sinks} sinks.`,
    `${counts.turns} messages, ${counts.attacks} attacks by hostile servers, ${counts.texts} texts searched (${sizeOf(counts.bytes)}), ${counts.seconds} s.`,
    `The search proved itself: ${counts.found} of ${counts.planted} planted leaks were found.`,
    ...(compared.length > 0
      ? [`With other secrets, ${equal} of ${compared.length} sinks are the same byte for byte.`]
      : []),
  ]
}

/** A number of bytes, for people. */
export function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
