// Hostile inputs: good texts that were changed, good JSON that was changed, long ones, and noise.
// It has no tests.

import fc from 'fast-check'
import { PLANTED } from './parser.ts'

/** Pieces of text that broke parsers before. */
const PIECES: readonly string[] = [
  PLANTED,
  '__proto__',
  'constructor',
  '\u0000',
  '\ud800',
  '\udfff',
  '\ufeff',
  '\u2028',
  '\r\n',
  '\n\n',
  '\r',
  '\t',
  ' ',
  '"',
  "'",
  '\\',
  '\\u0000',
  '\\ud800',
  '%00',
  '%',
  '%zz',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  ';',
  '=',
  '==',
  '.',
  '..',
  '/',
  '//',
  '../',
  '~',
  '~2',
  '*',
  '-',
  '--',
  '-1',
  '1e999',
  '0x10',
  'null',
  'data:',
  'id:',
  '\u00ff',
  '\u00c3\u0028',
  'é',
  'İ',
  '😀',
  '\u202e',
  '<script>',
  'javascript:',
  'Bearer ',
  '?access_token=',
]

/** Names of members that mean something to JavaScript, or to no one. */
const NAMES: readonly string[] = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'toJSON',
  'valueOf',
  'hasOwnProperty',
  'length',
  'then',
  '',
  '*',
  '/',
  '~',
  '0',
  '\u0000',
  '\ud800',
  PLANTED,
]

const deep = (open: string, close: string, levels: number) =>
  `${open.repeat(levels)}1${close.repeat(levels)}`

/** Raw JSON that stands where a value was. */
const FRAGMENTS: readonly string[] = [
  'null',
  'true',
  'false',
  '0',
  '-0',
  '-1',
  '0.5',
  '1e308',
  '1e999',
  '9007199254740993',
  '""',
  `"${PLANTED}"`,
  '"\\u0000"',
  '"\\ud800"',
  '"__proto__"',
  '"2026-02-30"',
  '"https://user:pass@evil.example/#x"',
  '"javascript:alert(1)"',
  `"${'a'.repeat(5000)}"`,
  '[]',
  '{}',
  '[[]]',
  '[null]',
  `["${PLANTED}"]`,
  `{"${PLANTED}":"${PLANTED}"}`,
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toString":1,"valueOf":null,"toJSON":"x","length":-1,"then":{}}',
  '{"type":"x","type":"y"}',
  `[${'0,'.repeat(2000)}0]`,
  deep('[', ']', 40),
  deep('{"a":', '}', 40),
  deep('[', ']', 20_000),
  deep('{"a":', '}', 20_000),
]

/** Inputs for a parser: changed good ones mostly, and noise. */
export function hostileInputs(good: readonly string[]): fc.Arbitrary<string> {
  const texts = fc.constantFrom(...good)
  const changed = fc.tuple(texts, fc.array(edit, { minLength: 1, maxLength: 6 })).map(changeText)
  const noise = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ maxLength: 300 }),
    fc.json(),
    fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join('')),
  )
  const documents = good.filter(isContainer)
  if (documents.length === 0)
    return fc.oneof({ arbitrary: changed, weight: 3 }, { arbitrary: noise, weight: 1 })
  const restructured = fc
    .tuple(fc.constantFrom(...documents), fc.array(jsonEdit, { minLength: 1, maxLength: 4 }))
    .map(changeJson)
  return fc.oneof(
    { arbitrary: restructured, weight: 5 },
    { arbitrary: changed, weight: 2 },
    { arbitrary: noise, weight: 1 },
  )
}

/** Pieces whose repetition leads a careless pattern back and forth. */
const RUNS: readonly string[] = [
  'a',
  ' ',
  '"',
  '\\',
  '[',
  '{"a":',
  ',',
  '.',
  '=',
  '%41',
  '\n',
  'a,b="',
]

/**
 * Long inputs of `chars` characters and more. A parser that goes back over what it has read takes
 * minutes for one of them, a parser that goes on takes milliseconds.
 */
export function longInputs(
  good: readonly string[],
  chars: number,
  withEvery: boolean,
): readonly string[] {
  const [first = ''] = good
  const half = Math.floor(first.length / 2)
  return [...RUNS, ...(withEvery ? PIECES : [])].flatMap((piece) => {
    const run = piece.repeat(Math.ceil(chars / piece.length))
    return [run, `${first.slice(0, half)}${run}${first.slice(half)}`]
  })
}

function isContainer(text: string): boolean {
  return /^\s*[[{]/.test(text)
}

interface Edit {
  readonly at: number
  readonly cut: number
  readonly piece: string
  readonly times: number
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(9999),
  cut: fc.oneof(fc.constant(0), fc.nat(4), fc.nat(200)),
  piece: fc.oneof(fc.constant(''), fc.constantFrom(...PIECES), fc.string({ maxLength: 6 })),
  times: fc.constantFrom(1, 1, 1, 2, 60),
})

function changeText([text, edits]: readonly [string, readonly Edit[]]): string {
  return edits.reduce((before, { at, cut, piece, times }) => {
    const from = Math.floor((at / 10_000) * (before.length + 1))
    return before.slice(0, from) + piece.repeat(times) + before.slice(from + cut)
  }, text)
}

interface JsonEdit {
  /** Which member to go into, level by level. */
  readonly path: readonly number[]
  readonly kind: 'replace' | 'add' | 'remove' | 'rename'
  readonly name: string
  readonly fragment: string
}

const jsonEdit: fc.Arbitrary<JsonEdit> = fc.record({
  path: fc.array(fc.nat(20), { minLength: 1, maxLength: 6 }),
  kind: fc.constantFrom('replace', 'replace', 'replace', 'add', 'remove', 'rename'),
  name: fc.constantFrom(...NAMES),
  fragment: fc.oneof(fc.constantFrom(...FRAGMENTS), fc.json({ maxDepth: 2 })),
})

type Container = Record<string, unknown>

/** Fragments are put in as text, so that they may be what no program would write. */
function changeJson([document, edits]: readonly [string, readonly JsonEdit[]]): string {
  const root = { document: JSON.parse(document) as unknown }
  for (const [index, { path, kind, name }] of edits.entries()) {
    const [holder, key] = memberAt(root, path)
    const mark = `@@${index}@@`
    if (kind === 'replace') holder[key] = mark
    else if (kind === 'add') define(holder, name, mark)
    else if (kind === 'remove' && !Array.isArray(holder)) delete holder[key]
    else if (kind === 'rename') define(holder, name, holder[key])
  }
  return JSON.stringify(root.document ?? null).replace(
    /"@@(\d)@@"/g,
    (_, index) => edits[Number(index)]?.fragment ?? 'null',
  )
}

/** The object and the key that a path leads to, as far as it goes. */
function memberAt(root: Container, path: readonly number[]): readonly [Container, string] {
  let holder = root
  let key = 'document'
  for (const step of path) {
    const inner = holder[key]
    const keys = typeof inner === 'object' && inner !== null ? Object.keys(inner) : []
    const next = keys[step % Math.max(keys.length, 1)]
    if (next === undefined) break
    holder = inner as Container
    key = next
  }
  return [holder, key]
}

function define(holder: Container, name: string, value: unknown): void {
  // A list has no names, and its length is no member.
  if (Array.isArray(holder)) return void holder.push(value)
  Object.defineProperty(holder, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}
