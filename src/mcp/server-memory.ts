// What is known of one server for one person: what its tools hide, and which scopes they need. A
// fetch learns it from the lists that pass. Whoever makes a fetch for each request keeps it here.

import type { CallKind } from './answer/message.ts'
import type { Books } from './answers.ts'
import type { NeededScopes } from './tools/tool-scopes.ts'

/** What is kept. */
export interface KnownServer {
  readonly books: Books
  readonly needed: NeededScopes
}

/** The memory of one server for one person. Nobody else's fetch may have it. */
export class ServerMemory {
  #known: KnownServer | undefined
  readonly #listing = new Map<CallKind, Promise<boolean>>()

  /** What is known; at first, what `make` gives. */
  keep(make: () => KnownServer): KnownServer {
    this.#known ??= make()
    return this.#known
  }

  /**
   * Runs one listing of a kind at a time. Calls that need the list together ask for it once; where that
   * failed, because its own caller had ended, each of the others asks by itself.
   *
   * @returns Whether everything was listed.
   */
  async listOnce(kind: CallKind, list: () => Promise<boolean>): Promise<boolean> {
    const running = this.#listing.get(kind)
    if (running && (await running.catch(() => false))) return true
    const listing = list()
    this.#listing.set(kind, listing)
    try {
      return await listing
    } finally {
      if (this.#listing.get(kind) === listing) this.#listing.delete(kind)
    }
  }

  /** The scopes that a call of a tool carries at most; none before a fetch has used the memory. */
  scopesOf(tool: string): readonly string[] {
    return this.#known?.needed.ofTool(tool) ?? []
  }
}
