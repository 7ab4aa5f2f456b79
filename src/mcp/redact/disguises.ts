// The forms of a secret that hide it from a reader and that no decoder undoes: reversed and ROT13.
// Each is one more text to search for. Letters of any case are found without.

import type { Needle } from './needle-index.ts'

/** The disguised forms of what is searched for, in pieces where it is. */
export function disguisesOf({ text, minRun }: Needle): readonly Needle[] {
  return [[...text].reverse().join(''), rot13(text)]
    .filter((form) => form !== text)
    .map((form) => ({ text: form, minRun }))
}

/** Moves each letter by half the alphabet. */
function rot13(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const code = letter.charCodeAt(0)
    return String.fromCharCode((code & 0x1f) > 13 ? code - 13 : code + 13)
  })
}
