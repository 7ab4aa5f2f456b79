// Reads a pattern of JSON Schema (ECMA-262) as a machine of states, and steps through names with
// it. It knows the part of the language in which patterns for names are written. Counts are not
// counted: `{3}` is read as `+`. It may so take a name that the pattern does not, never the reverse.

/** A machine that reads one name. */
export interface NameMachine {
  /** Whether it takes the name, and how many moves that took. */
  read(name: string): { readonly takes: boolean; readonly moves: number }
}

type Node =
  | { readonly type: 'letter'; readonly takes: (letter: string) => boolean }
  | { readonly type: 'start' | 'end' | 'nothing' }
  | { readonly type: 'sequence' | 'choice'; readonly parts: readonly Node[] }
  | {
      readonly type: 'repeat'
      readonly part: Node
      readonly isOptional: boolean
      readonly isMany: boolean
    }

const NOTHING: Node = { type: 'nothing' }

/**
 * Reads a pattern. A pattern with choices gives one machine for each, because each of them may be
 * meant for something else.
 *
 * @returns No machine for a pattern with constructs that are not known here.
 */
export function parsePattern(pattern: string): readonly NameMachine[] {
  const node = new PatternReader(pattern).read()
  return node ? branchesOf(node).map(machineOf) : []
}

/** The pattern once for each branch of each choice in its outermost sequence. */
function branchesOf(node: Node): readonly Node[] {
  if (node.type === 'choice') return node.parts.flatMap(branchesOf)
  if (node.type !== 'sequence') return [node]
  const at = node.parts.findIndex((part) => part.type === 'choice')
  const choice = node.parts[at]
  if (choice?.type !== 'choice') return [node]
  return choice.parts.map((part) => ({ type: 'sequence', parts: node.parts.with(at, part) }))
}

/** Groups inside groups. */
const MAX_DEPTH = 16

/** Reads the text of one pattern. */
class PatternReader {
  readonly #letters: readonly string[]
  #at = 0
  #isUnknown = false

  constructor(pattern: string) {
    this.#letters = [...pattern]
  }

  /** Undefined for a pattern that is not known as a whole. */
  read(): Node | undefined {
    const node = this.#choice(0)
    return this.#isUnknown || this.#at < this.#letters.length ? undefined : node
  }

  #choice(depth: number): Node {
    const parts = [this.#sequence(depth)]
    while (this.#skip('|')) parts.push(this.#sequence(depth))
    return parts.length === 1 ? (parts[0] ?? NOTHING) : { type: 'choice', parts }
  }

  #sequence(depth: number): Node {
    const parts: Node[] = []
    for (
      let next = this.#next;
      next !== undefined && next !== '|' && next !== ')';
      next = this.#next
    ) {
      if (this.#isUnknown) return NOTHING
      parts.push(this.#repeated(this.#atom(depth)))
    }
    return parts.length === 1 ? (parts[0] ?? NOTHING) : { type: 'sequence', parts }
  }

  #atom(depth: number): Node {
    const letter = this.#take()
    if (letter === '(') return this.#group(depth)
    if (letter === '[') return this.#class()
    if (letter === '\\') return this.#escape()
    if (letter === '^') return { type: 'start' }
    if (letter === '$') return { type: 'end' }
    if (letter === '.') return letterOf(() => true)
    return letterOf((one) => one === letter)
  }

  #group(depth: number): Node {
    if (this.#skip('?') && !this.#skip(':')) this.#isUnknown = true
    if (depth >= MAX_DEPTH) this.#isUnknown = true
    if (this.#isUnknown) return NOTHING
    const node = this.#choice(depth + 1)
    if (!this.#skip(')')) this.#isUnknown = true
    return node
  }

  #class(): Node {
    const isNot = this.#skip('^')
    const tests: ((letter: string) => boolean)[] = []
    while (this.#next !== undefined && this.#next !== ']') {
      const first = this.#classMember()
      if (first.letter !== undefined && this.#next === '-' && this.#letters[this.#at + 1] !== ']') {
        this.#take()
        const last = this.#classMember().letter ?? first.letter
        const from = first.letter
        tests.push((letter) => letter >= from && letter <= last)
      } else tests.push(first.takes)
    }
    if (!this.#skip(']')) this.#isUnknown = true
    return letterOf((letter) => tests.some((test) => test(letter)) !== isNot)
  }

  #classMember(): { readonly takes: (letter: string) => boolean; readonly letter?: string } {
    const letter = this.#take()
    if (letter !== '\\') return { takes: (one) => one === letter, letter }
    const escaped = this.#number() ?? this.#take()
    const takes = CLASSES.get(escaped)
    return takes ? { takes } : { takes: (one) => one === escaped, letter: escaped }
  }

  /** A letter by its number: `\x61`, `\u0061`, `\u{61}`. */
  #number(): string | undefined {
    const text = this.#letters.slice(this.#at, this.#at + 12).join('')
    const found = /^(?:x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]{1,6})\})/i.exec(text)
    const code = Number.parseInt(found?.[1] ?? found?.[2] ?? found?.[3] ?? '', 16)
    if (!found || code > 0x10ffff) return undefined
    this.#at += found[0].length
    return String.fromCodePoint(code)
  }

  #escape(): Node {
    const named = this.#number()
    if (named !== undefined) return letterOf((one) => one === named)
    const letter = this.#take()
    if (letter === 'b' || letter === 'B') return NOTHING
    // A reference to a group, a property of letters, or a number that is none.
    if (/[1-9kuxcpP]/.test(letter)) this.#isUnknown = true
    return letterOf(CLASSES.get(letter) ?? ((one) => one === letter))
  }

  #repeated(part: Node): Node {
    const count = this.#count()
    if (!count) return part
    this.#skip('?')
    return { type: 'repeat', part, ...count }
  }

  #count(): { readonly isOptional: boolean; readonly isMany: boolean } | undefined {
    if (this.#skip('*')) return { isOptional: true, isMany: true }
    if (this.#skip('+')) return { isOptional: false, isMany: true }
    if (this.#skip('?')) return { isOptional: true, isMany: false }
    const digits = this.#next === '{' ? this.#letters.slice(this.#at, this.#at + 24).join('') : ''
    const count = /^\{(\d+)(,?)(\d*)\}/.exec(digits)
    if (!count) return undefined
    this.#at += count[0].length
    const most = count[2] === '' ? count[1] : count[3]
    return { isOptional: Number(count[1]) === 0, isMany: most !== '1' }
  }

  get #next(): string | undefined {
    return this.#letters[this.#at]
  }

  #take(): string {
    const letter = this.#letters[this.#at]
    if (letter === undefined) this.#isUnknown = true
    this.#at++
    return letter ?? ''
  }

  #skip(letter: string): boolean {
    if (this.#next !== letter) return false
    this.#at++
    return true
  }
}

const CLASSES: ReadonlyMap<string, (letter: string) => boolean> = new Map([
  ['d', (letter: string) => /\d/.test(letter)],
  ['D', (letter: string) => /\D/.test(letter)],
  ['w', (letter: string) => /\w/.test(letter)],
  ['W', (letter: string) => /\W/.test(letter)],
  ['s', (letter: string) => /\s/.test(letter)],
  ['S', (letter: string) => /\S/.test(letter)],
])

function letterOf(takes: (letter: string) => boolean): Node {
  return { type: 'letter', takes }
}

/** What a state asks for before it leads to the next ones. */
interface State {
  readonly node: Node
  readonly next: number[]
}

/** A fragment: where it begins, and the states from which it is left. */
interface Fragment {
  readonly first: number
  readonly last: readonly number[]
}

/** Makes the machine of Thompson's construction: as many states as the pattern has parts. */
function machineOf(node: Node): NameMachine {
  const states: State[] = []
  const add = (one: Node): number => states.push({ node: one, next: [] }) - 1
  const link = (from: readonly number[], to: number): void => {
    for (const state of from) states[state]?.next.push(to)
  }
  const build = (one: Node): Fragment => {
    if (one.type === 'choice') {
      const [first, last] = [add(NOTHING), add(NOTHING)]
      for (const part of one.parts) {
        const built = build(part)
        link([first], built.first)
        link(built.last, last)
      }
      return { first, last: [last] }
    }
    if (one.type === 'sequence') {
      const first = add(NOTHING)
      let last: readonly number[] = [first]
      for (const part of one.parts) {
        const built = build(part)
        link(last, built.first)
        last = built.last
      }
      return { first, last }
    }
    if (one.type === 'repeat') {
      const [first, last] = [add(NOTHING), add(NOTHING)]
      const built = build(one.part)
      link([first], built.first)
      link(built.last, last)
      if (one.isOptional) link([first], last)
      if (one.isMany) link([last], built.first)
      return { first, last: [last] }
    }
    const state = add(one)
    return { first: state, last: [state] }
  }
  const whole = build(node)
  const accepting = add(NOTHING)
  link(whole.last, accepting)
  return { read: (name) => run(states, whole.first, accepting, [...name]) }
}

/** Steps through a name. A pattern may begin and end anywhere in it, unless it says otherwise. */
function run(
  states: readonly State[],
  first: number,
  accepting: number,
  letters: readonly string[],
): { readonly takes: boolean; readonly moves: number } {
  let moves = 0
  let current = new Set<number>()
  for (let at = 0; at <= letters.length; at++) {
    current.add(first)
    const after = new Set<number>()
    // The set grows while the loop reads it.
    for (const index of current) {
      moves++
      if (index === accepting) return { takes: true, moves }
      const state = states[index]
      if (!state) continue
      const { node, next } = state
      if (node.type === 'letter') {
        const letter = letters[at]
        if (letter !== undefined && node.takes(letter)) for (const to of next) after.add(to)
      } else if (
        (node.type !== 'start' || at === 0) &&
        (node.type !== 'end' || at === letters.length)
      )
        for (const to of next) current.add(to)
    }
    current = after
  }
  return { takes: false, moves }
}
