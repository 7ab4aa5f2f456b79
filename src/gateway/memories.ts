// What is known of each server for each person, between their requests: which parameters its tools
// hide, and which scopes they need. One person's lists never say anything to another.

import { type Principal, principalKey } from '../core/principal.ts'
import { putNewest } from '../core/put-newest.ts'
import { ServerMemory } from '../mcp/server-memory.ts'

/** Memories of persons and servers together. Beyond that the one unused longest goes. */
const MAX_MEMORIES = 10_000

/** The memories of one gateway. */
export class Memories {
  readonly #known = new Map<string, ServerMemory>()

  /** The memory of one server for one person. */
  of(principal: Principal, server: string): ServerMemory {
    const key = JSON.stringify([principalKey(principal), server])
    const memory = this.#known.get(key) ?? new ServerMemory()
    putNewest(this.#known, key, memory, MAX_MEMORIES)
    return memory
  }
}
