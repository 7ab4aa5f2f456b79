// What the tests of strangers know of a parser, and how they watch it. It has no tests.

import { readdirSync, readFileSync } from 'node:fs'

/** What became of an input. */
export interface Outcome {
  /** Whether the parser took it. */
  readonly taken: boolean
  /** What was made of it. */
  readonly value?: unknown
  /** What anybody else is told of an input that was not taken: refusals, answers, events. */
  readonly said?: unknown
}

/** A parser that faces a stranger. */
export interface StrangerParser {
  readonly name: string
  /** Who writes its inputs. */
  readonly stranger:
    | 'a caller'
    | 'an issuer'
    | 'an MCP server'
    | 'a model'
    | 'a page'
    | 'a chat server'
    | 'an operator'
  /** The source files that read foreign input here. */
  readonly files: readonly string[]
  /** Inputs that it takes. Others are made from them. A character up to U+00FF may be a byte. */
  readonly good: () => readonly string[] | Promise<readonly string[]>
  readonly read: (input: string) => Outcome | Promise<Outcome>
  /** Whether an error is one that the parser documents. Default: it throws none. */
  readonly mayThrow?: (error: unknown) => boolean
  /** Whether it may tell its input to whoever sent it. Default false. */
  readonly quotes?: boolean
  /** One input takes this part of the usual number of tries: it is slow to set up. Default 1. */
  readonly share?: number
}

/**
 * Planted in hostile inputs. What is said of an input must not quote it. It is short, because the
 * errors of JSON.parse quote ten characters.
 */
export const PLANTED = 'cnry-Zk3'

/** The outcome of a step that gives a result. */
export function outcomeOf(result: {
  readonly ok: boolean
  readonly value?: unknown
  readonly refusal?: unknown
}): Outcome {
  return result.ok
    ? { taken: true, value: result.value }
    : { taken: false, said: withoutDetails(result.refusal ?? result) }
}

/** The words for the operator's log: short, and told to nobody else. */
const DETAILS = [
  'expected',
  'found',
  'authorizationServerError',
  'authorizationServerErrorDescription',
]

function withoutDetails(refusal: unknown): unknown {
  if (typeof refusal !== 'object' || refusal === null) return refusal
  const said = Object.entries(refusal).filter(([name, value]) => {
    if (!DETAILS.includes(name)) return true
    if (typeof value !== 'string' || value.length > 200) throw new Error(`${name} is too long`)
    return false
  })
  return Object.fromEntries(said)
}

/** The outcome of a reader that gives undefined for what it does not take. */
export function outcomeOfMaybe(value: unknown): Outcome {
  return { taken: value !== undefined, value }
}

/** The outcome of an HTTP answer. */
export async function outcomeOfAnswer(response: Response): Promise<Outcome> {
  const text = await response.text()
  return response.status < 400
    ? { taken: true, value: text }
    : { taken: false, said: [response.status, [...response.headers], withoutId(text)] }
}

/** An error of JSON-RPC has the id that was sent: whoever sent it needs it, and nothing else. */
export function withoutId(text: string): unknown {
  const value = fromJson(text)?.value
  if (typeof value !== 'object' || value === null || !('jsonrpc' in value)) return text
  const { id: _, ...more } = value as { readonly id?: unknown }
  return more
}

/** An input that cannot come this way: HTTP or JSON has refused it before. */
export const NEVER_COMES: Outcome = { taken: false }

/** A JSON text, parsed; undefined when it is none, which is another parser's business. */
export function fromJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** Headers with one value; undefined when HTTP cannot carry it. */
export function headersWith(name: string, value: string): Headers | undefined {
  try {
    return new Headers({ [name]: value })
  } catch {
    return undefined
  }
}

/** The bytes of an input: its characters when all are bytes, its UTF-8 otherwise. */
export function bytesOf(input: string): Uint8Array<ArrayBuffer> {
  const isBytes = /^[\u0000-\u00ff]*$/.test(input)
  return new Uint8Array(Buffer.from(input, isBytes ? 'latin1' : 'utf8'))
}

/**
 * Gives an input to a parser and watches. Returns what is wrong; undefined when the parser stands.
 */
export async function faultOf(parser: StrangerParser, input: string): Promise<string | undefined> {
  const before = prototypes()
  let outcome: Outcome
  try {
    outcome = await parser.read(input)
  } catch (error) {
    if (!parser.mayThrow?.(error)) return `throws ${textOf(error)}`
    outcome = { taken: false, said: error }
  }
  if (prototypes() !== before) return 'pollutes a prototype'
  if (hasStrangePrototype(outcome.value)) return 'makes an object with a foreign prototype'
  if (!parser.quotes && textOf(outcome.said).includes(PLANTED)) return 'quotes its input'
  return undefined
}

/** The name of a parser's folder in the corpus. */
export function folderOf({ name }: StrangerParser): string {
  return name.replace(/[^A-Za-z0-9]+/g, '-')
}

/** The saved inputs of a parser, by the name of their files. */
export function corpusOf(parser: StrangerParser): readonly (readonly [string, string])[] {
  const folder = new URL(`corpus/${folderOf(parser)}/`, import.meta.url)
  let names: string[] = []
  try {
    names = readdirSync(folder).sort()
  } catch {
    // Nothing has broken it yet.
  }
  return names.map((name) => [name, readFileSync(new URL(name, folder), 'utf8')])
}

/** The names on the prototypes that a careless assignment would reach. */
function prototypes(): string {
  return [Object, Array, Function, String, Number, Promise, Error]
    .map(({ prototype }) => Reflect.ownKeys(prototype).map(String).join())
    .join(';')
}

/** Whether somebody chose the prototype of an object in a value. It asks level by level. */
function hasStrangePrototype(value: unknown): boolean {
  const seen = new Set<unknown>()
  const queue = [value]
  for (let next = queue.pop(); queue.length > 0 || next !== undefined; next = queue.pop()) {
    if (typeof next !== 'object' || next === null || seen.has(next)) continue
    seen.add(next)
    const prototype: object | null = Object.getPrototypeOf(next)
    if (prototype !== null && !Object.hasOwn(prototype, 'constructor')) return true
    for (const member of Object.values(next)) if (typeof member === 'object') queue.push(member)
  }
  return false
}

/** Everything that can be read in what was said, errors included. */
function textOf(said: unknown): string {
  if (said instanceof Error) {
    const own = Object.fromEntries(
      Object.getOwnPropertyNames(said).map((name) => [name, Reflect.get(said, name)]),
    )
    return `${said.name} ${textOf(own)}`
  }
  if (typeof said === 'string') return said
  if (Array.isArray(said)) return said.map(textOf).join(' ')
  if (typeof said !== 'object' || said === null) return String(said)
  return Object.entries(said)
    .map(([key, member]) => `${key} ${textOf(member)}`)
    .join(' ')
}
