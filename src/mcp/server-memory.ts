// What is known of one server for one person: what its tools hide, and which scopes they need. A
// fetch learns it from the lists that pass. Whoever makes a fetch for each request keeps it here.

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

  /** What is known; at first, what `make` gives. */
  keep(make: () => KnownServer): KnownServer {
    this.#known ??= make()
    return this.#known
  }

  /** The scopes that a call of a tool carries at most; none before a fetch has used the memory. */
  scopesOf(tool: string): readonly string[] {
    return this.#known?.needed.ofTool(tool) ?? []
  }
}
