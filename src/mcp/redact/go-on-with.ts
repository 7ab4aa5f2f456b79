// What goes on with a secret before and after a piece of it that was found: it may be shorter than a
// piece, look like words, or be on another line, and belongs to the secret all the same.

/** So many characters that go on with a secret do not do so by chance. */
const MIN_REST_CHARS = 3

/** A part of a text: from `from` up to, but not including, `to`. */
interface Part {
  readonly from: number
  readonly to: number
}

/** A run of a secret's characters in a text. */
interface Run extends Part {
  readonly text: string
  readonly wanted: string
  /** Where the secret would begin in the text, if it were not broken. */
  readonly origin: number
  readonly isAlike: (one: number, other: number) => boolean
}

/** The run, with what goes on with the same secret before and after it, also over line breaks. */
export function goOnWith(run: Run): Part {
  return { from: before(run), to: after(run) }
}

function after({ text, wanted, origin, to, isAlike }: Run): number {
  let end = to
  let inside = to - origin
  while (inside < wanted.length) {
    const broken = breakAt(text, end)
    const start = end + broken
    let chars = 0
    while (
      inside + chars < wanted.length &&
      start + chars < text.length &&
      isAlike(text.charCodeAt(start + chars), wanted.charCodeAt(inside + chars))
    )
      chars++
    if (chars < (broken === 0 ? 1 : Math.min(MIN_REST_CHARS, wanted.length - inside))) return end
    end = start + chars
    inside += chars
  }
  return end
}

/** Where a secret goes on: in the text, and how far into the secret. */
interface Place {
  readonly at: number
  readonly inside: number
}

function before(run: Run): number {
  let place: Place = { at: run.from, inside: run.from - run.origin }
  while (place.inside > 0) {
    // A break that is written `\n` ends with a letter, which may have passed for the secret's.
    const isBroken = isBreakLetter(run.text, place.at)
    const next =
      placeBefore(run, place) ??
      (isBroken ? placeBefore(run, { at: place.at + 1, inside: place.inside + 1 }) : undefined)
    if (!next) break
    place = next
  }
  return place.at
}

/** Goes back to the next break. Undefined when the secret does not go on there. */
function placeBefore({ text, wanted, isAlike }: Run, { at, inside }: Place): Place | undefined {
  const broken = breakBefore(text, at)
  const stop = at - broken
  let chars = 0
  while (
    chars < inside &&
    chars < stop &&
    isAlike(text.charCodeAt(stop - chars - 1), wanted.charCodeAt(inside - chars - 1))
  )
    chars++
  if (chars < (broken === 0 ? 1 : Math.min(MIN_REST_CHARS, inside))) return undefined
  return { at: stop - chars, inside: inside - chars }
}

const LF = 10
const CR = 13
const BACKSLASH = 92
const SMALL_N = 110
const SMALL_R = 114

/** Characters of the line break at a position, also as a JSON text in a text has it. */
function breakAt(text: string, at: number): number {
  const first = text.charCodeAt(at)
  if (first === LF) return 1
  if (first === CR) return 1 + Number(text.charCodeAt(at + 1) === LF)
  if (isEscaped(text, at, SMALL_N)) return 2
  return isEscaped(text, at, SMALL_R) ? 2 + 2 * Number(isEscaped(text, at + 2, SMALL_N)) : 0
}

/** Characters of the line break that ends at a position. */
function breakBefore(text: string, at: number): number {
  const last = text.charCodeAt(at - 1)
  if (last === CR) return 1
  if (last === LF) return 1 + Number(text.charCodeAt(at - 2) === CR)
  if (isEscaped(text, at - 2, SMALL_R)) return 2
  return isEscaped(text, at - 2, SMALL_N) ? 2 + 2 * Number(isEscaped(text, at - 4, SMALL_R)) : 0
}

function isEscaped(text: string, at: number, letter: number): boolean {
  return text.charCodeAt(at) === BACKSLASH && text.charCodeAt(at + 1) === letter
}

/** Whether the character at a position is the letter of a break that is written `\n` or `\r`. */
function isBreakLetter(text: string, at: number): boolean {
  return isEscaped(text, at - 1, SMALL_N) || isEscaped(text, at - 1, SMALL_R)
}
