// The forms of a secret that hide it from a reader and that no decoder undoes: reversed and ROT13.
// Each is one more text to search for. Letters of any case are found without.

import type { Needle } from './needle-index.ts'

/** The disguised forms of what is searched for, in pieces where it is. */
export function disguisesOf(needle: Needle): readonly Needle[] {
  return [reversedNeedle(needle), withTexts(needle, rot13)].filter(
    ({ text }) => text !== needle.text,
  )
}

function reversedNeedle(needle: Needle): Needle {
  const { text, minRun, whole } = withTexts(needle, reversed)
  if (!whole) return { text, minRun }
  return {
    text,
    minRun,
    whole: { text: whole.text, inside: whole.text.length - whole.inside - text.length },
  }
}

function withTexts({ text, minRun, whole }: Needle, disguise: (text: string) => string): Needle {
  const disguised = { text: disguise(text), minRun }
  return whole
    ? { ...disguised, whole: { text: disguise(whole.text), inside: whole.inside } }
    : disguised
}

function reversed(text: string): string {
  return [...text].reverse().join('')
}

/** Moves each letter by half the alphabet. */
function rot13(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const code = letter.charCodeAt(0)
    return String.fromCharCode((code & 0x1f) > 13 ? code - 13 : code + 13)
  })
}
