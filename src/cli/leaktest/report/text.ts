// A result as text for people.

import type { LeaktestResult } from './result.ts'
import { commandOf, numbersOf, sentenceOf, sizeOf, verdictOf } from './sentences.ts'

/** Leaks of one sink that are shown one by one. */
const MAX_SHOWN = 12

/** The report. */
export function textOf(result: LeaktestResult): string {
  const { target, known, unknown, notes, sinks } = result
  return [
    `Target: ${target}`,
    ...leakLines(result),
    ...listed('Known, not removed:', known.map(sentenceOf)),
    ...listed('Could not tell:', unknown),
    ...listed('Notes:', notes),
    '',
    ...sinks.map(({ name, records, bytes }) => `  ${name}: ${records} records, ${sizeOf(bytes)}`),
    ...numbersOf(result),
    '',
    verdictOf(result),
  ].join('\n')
}

function listed(title: string, lines: readonly string[]): readonly string[] {
  return lines.length > 0 ? ['', title, ...lines.map((line) => `  - ${line}`)] : []
}

function leakLines(result: LeaktestResult): readonly string[] {
  const { leaks } = result
  return [...new Set(leaks.map(({ sink }) => sink))].flatMap((sink) => {
    const some = leaks.filter((leak) => leak.sink === sink)
    return [
      '',
      ...some
        .slice(0, MAX_SHOWN)
        .flatMap((leak) => [
          `LEAK ${sentenceOf(leak)}`,
          `     at ${leak.place}; again: ${commandOf(leak, result)}`,
        ]),
      ...(some.length > MAX_SHOWN ? [`     and ${some.length - MAX_SHOWN} more in ${sink}`] : []),
    ]
  })
}
