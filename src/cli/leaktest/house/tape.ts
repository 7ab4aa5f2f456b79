// What is recorded of a run: everything that arrived anywhere, and whose turn it was.

import { Ledger } from '../secrets/ledger.ts'
import type { Mint } from '../secrets/mint.ts'

/** Headers as they were sent. */
export type HeaderLines = readonly (readonly [name: string, value: string])[]

/** One thing that came to a sink. */
export interface Recorded {
  /** The sink, as in `inbox notes`. */
  readonly sink: string
  /** Where in it, as in `POST /mcp tools/call`. */
  readonly place: string
  /** The turn in which it came. */
  readonly turn: string
  /** Whose turn it was, where that can be known. */
  readonly person?: string | undefined
  /** The first line, such as the request's. */
  readonly start: string
  readonly headers: HeaderLines
  readonly body: Buffer
  /** The headers that a credential belongs in here, in lower case. */
  readonly slots?: readonly string[]
  /** The JSON members that a credential belongs in here. */
  readonly fields?: readonly string[]
}

/** What a process printed in one turn. */
interface Printed {
  readonly turn: Turn
  readonly chunks: Buffer[]
  bytes: number
}

/** Bytes of what was printed that are searched as one. */
const MAX_PRINTED_BYTES = 512 * 1024

/** One message of one person, or a part of the run in which several send some. */
export interface Turn {
  /** As the model reads it: `echo`, `lookup.text.others`. */
  readonly behaviour: string
  readonly person?: string
}

/** The record of one run of a target. */
export class Tape {
  readonly ledger: Ledger = new Ledger()
  readonly records: Recorded[] = []
  readonly mint: Mint
  /** Whose turn it is. */
  turn: Turn = { behaviour: 'start' }
  /** Answers in which the hostile server attacked. */
  attacks = 0
  /** By the text that must come through: whose messages hold it. */
  readonly controls: Map<string, string> = new Map()
  /** Texts that the model wrote into arguments: they are no credentials, wherever they end up. */
  readonly written: Set<string> = new Set()
  /** Encodings that no server attacks in. */
  leftOut: readonly string[] = []
  /** Messages that were said. */
  readonly counts: { turns: number } = { turns: 0 }
  /** By stream. */
  readonly #printed = new Map<string, Printed>()

  constructor(mint: Mint) {
    this.mint = mint
  }

  /** Whose request it is, by the control text in it. Undefined when there is none, or several. */
  personIn(text: string): string | undefined {
    const found = [...this.controls].filter(([control]) => text.includes(control))
    return found.length === 1 ? found[0]?.[1] : undefined
  }

  /** Records something, in the turn that it is. */
  note(
    one: Omit<Recorded, 'turn' | 'person' | 'start' | 'headers'> &
      Partial<Pick<Recorded, 'turn' | 'start' | 'headers' | 'person'>>,
  ): void {
    const { behaviour, person } = this.turn
    this.records.push({
      start: '',
      headers: [],
      turn: behaviour,
      ...(person === undefined ? {} : { person }),
      ...one,
    })
  }

  /**
   * Records a chunk of what a process printed. A process may write every word by itself: what it
   * writes in one turn is one record, in which a secret is whole.
   */
  print(stream: string, chunk: Buffer): void {
    const last = this.#printed.get(stream)
    if (last?.turn === this.turn && last.bytes < MAX_PRINTED_BYTES) {
      last.chunks.push(chunk)
      last.bytes += chunk.length
      return
    }
    const chunks = [chunk]
    this.#printed.set(stream, { turn: this.turn, chunks, bytes: chunk.length })
    const { behaviour, person } = this.turn
    this.records.push({
      ...{ sink: 'output', place: stream, turn: behaviour, start: '', headers: [] },
      ...(person === undefined ? {} : { person }),
      get body() {
        if (chunks.length > 1) chunks.splice(0, chunks.length, Buffer.concat(chunks))
        return chunks[0] ?? chunk
      },
    })
  }
}
