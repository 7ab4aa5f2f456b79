// Reads a name as words, as a person or a model reads it: snake_case, camelCase, kebab-case, any
// case. Accents and invisible characters are removed. Letters of other scripts that look like Latin
// ones become Latin.

import { LOOK_ALIKES } from './look-alikes.ts'

/** We look at this many characters, from the end of the name: the last words say what it is. */
const MAX_NAME_CHARS = 128

/** One letter may be many when it is decomposed. */
const MAX_LETTERS = 256

/** How many steps of a budget reading a name takes. Other scripts than Latin take longer. */
export function stepsOfName(name: string): number {
  const length = Math.min(name.length, MAX_NAME_CHARS)
  return 3 + length / (/\P{ASCII}/u.test(name.slice(-MAX_NAME_CHARS)) ? 2 : 8)
}

/** Splits a name into its words, in small letters. */
export function wordsOf(name: string): string[] {
  return split(
    plain(name)
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2'),
  )
}

/**
 * The words of a name, in each way in which it may be meant. The first one is that of
 * {@link wordsOf}. Others read a capital among small letters as a small one, `I` and `l` as each
 * other, and digits between letters as the letters that they look like (`passw0rd`).
 */
export function* readingsOf(name: string): Generator<readonly string[]> {
  yield wordsOf(name)
  const letters = plain(name)
  const isForeign = /\P{ASCII}/u.test(name)
  if (isForeign) yield split(letters)
  if (isForeign || /[a-z]I(?![a-z])|[A-Z]l(?![a-z])|(?<![a-z])l[A-Z]/.test(letters)) {
    yield split(letters.replace(/I/g, 'l'))
    yield split(letters.replace(/l/g, 'i'))
  }
  if (/[A-Za-z][0134578$@!|]+[A-Za-z]/.test(letters)) {
    const read = letters.replace(/[034578$@]/g, (digit) => DIGITS[digit] ?? digit)
    yield split(read.replace(/[1!|]/g, 'l'))
    yield split(read.replace(/[1!|]/g, 'i'))
  }
}

/**
 * Reduces a name to what is seen of it. Names with the same look are taken for each other, whatever
 * letters they are written with.
 */
export function lookOf(name: string): string {
  return wordsOf(name).join('').replace(/[l1]/g, 'i').replaceAll('0', 'o')
}

const DIGITS: Readonly<Record<string, string>> = {
  0: 'o',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  8: 'b',
  $: 's',
  '@': 'a',
}

/** The name in ASCII, as far as it has letters that look so. */
function plain(name: string): string {
  const end = name.slice(-MAX_NAME_CHARS)
  // Most names are ASCII already.
  if (!/\P{ASCII}/u.test(end)) return end
  return seen(latin(end).normalize('NFKD').slice(-MAX_LETTERS))
}

/** A text of any length as it looks: in ASCII, as far as it has letters that look so. */
export function lookOfText(text: string): string {
  return /\P{ASCII}/u.test(text) ? seen(latin(text).normalize('NFKD')) : text
}

/** The letters look Latin already. The decomposition makes others of some, which do, too. */
function seen(decomposed: string): string {
  return latin(decomposed.replace(/[\p{M}\p{Default_Ignorable_Code_Point}]/gu, ''))
}

function latin(text: string): string {
  return text.replace(/\P{ASCII}/gu, (letter) => LATIN.get(letter) ?? letter)
}

function split(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .map((word) => word.replace(/(?<=\D)\d+$/, ''))
    .filter((word) => word !== '')
}

const LATIN: ReadonlyMap<string, string> = readTable()

function readTable(): ReadonlyMap<string, string> {
  const table = new Map<string, string>()
  let latin = ''
  for (const word of LOOK_ALIKES.trim().split(/\s+/)) {
    if (word.endsWith(':')) latin = word.slice(0, -1)
    else table.set(String.fromCodePoint(Number.parseInt(word, 36)), latin)
  }
  return table
}
