// The automaton of Aho and Corasick over UTF-16 units, which finds a set of texts in a stream. The
// state of a stream is a number that the caller keeps, so one automaton serves any number of
// streams.

/** States are numbers from 0, the start. */
export interface Automaton {
  /** The state after one more unit. */
  step(state: number, unit: number): number
  /** How many of the last units can still become a match: none of the texts is longer. */
  depth(state: number): number
  /** Units of the longest match that ends here; 0 for none. */
  matched(state: number): number
}

/** Units that the start state looks up in a table instead of the map. */
const TABLE_SIZE = 128

/**
 * Builds the automaton from texts that are not empty. Work and memory grow with their total length.
 */
export function createAutomaton(texts: readonly string[]): Automaton {
  const maxStates = texts.reduce((sum, text) => sum + text.length, 1)
  // The states of a text mostly follow each other, so the next state is tried first. Only branches
  // are in the map.
  const unitOf = new Uint16Array(maxStates)
  const parent = new Int32Array(maxStates).fill(-1)
  const depths = new Int32Array(maxStates)
  const match = new Int32Array(maxStates)
  const fall = new Int32Array(maxStates)
  const branches = new Map<number, number>()
  let states = 1

  function child(state: number, unit: number): number {
    const next = state + 1
    if (next < states && parent[next] === state && unitOf[next] === unit) return next
    return branches.get(state * 65_536 + unit) ?? -1
  }

  for (const text of texts) {
    let state = 0
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      let next = child(state, unit)
      if (next < 0) {
        next = states++
        if (next !== state + 1) branches.set(state * 65_536 + unit, next)
        unitOf[next] = unit
        parent[next] = state
        depths[next] = at + 1
      }
      state = next
    }
    match[state] = text.length
  }

  const start = Int32Array.from({ length: TABLE_SIZE }, (_, unit) => Math.max(0, child(0, unit)))

  function step(from: number, unit: number): number {
    for (let state = from; state !== 0; state = fall[state] ?? 0) {
      const next = child(state, unit)
      if (next >= 0) return next
    }
    return unit < TABLE_SIZE ? (start[unit] ?? 0) : Math.max(0, child(0, unit))
  }

  // In order of depth, because a state falls back to one that is nearer to the start.
  for (const state of byDepth(depths.subarray(0, states))) {
    const above = parent[state] ?? 0
    if (above !== 0) fall[state] = step(fall[above] ?? 0, unitOf[state] ?? 0)
    // The longest match that ends here is the state's own, or one that it ends with.
    if (match[state] === 0) match[state] = match[fall[state] ?? 0] ?? 0
  }

  return { step, depth: (state) => depths[state] ?? 0, matched: (state) => match[state] ?? 0 }
}

/**
 * All states but the start, in order of depth. A counting sort, because there are hundreds of
 * thousands.
 */
function byDepth(depths: Int32Array): Int32Array {
  const places = new Int32Array(depths.reduce((deepest, depth) => Math.max(deepest, depth), 0) + 2)
  for (const depth of depths) places[depth + 1] = (places[depth + 1] ?? 0) + 1
  for (let depth = 1; depth < places.length; depth++)
    places[depth] = (places[depth] ?? 0) + (places[depth - 1] ?? 0)
  const order = new Int32Array(depths.length)
  depths.forEach((depth, state) => {
    const place = places[depth] ?? 0
    order[place] = state
    places[depth] = place + 1
  })
  return order.subarray(1)
}
