// What is known of one server for one person: what its tools hide, and which scopes they need. A
// fetch learns it from the lists that pass. Whoever makes a fetch for each request keeps it here.

import { type Binding, wantsTool } from '../core/binding.ts'
import { memoryToolPins } from '../core/carry/memory-tool-pins.ts'
import type { ToolPins } from '../core/carry/tool-pins.ts'
import { type Principal, principalKey } from '../core/principal.ts'
import type { CallKind } from './answer/message.ts'
import type { Books } from './answers.ts'
import { promptBook } from './prompts/prompt-book.ts'
import { templateBook } from './resources/template-book.ts'
import { toolBook } from './tools/tool-book.ts'
import { type NeededScopes, neededScopes } from './tools/tool-scopes.ts'

/** What is kept. */
export interface KnownServer {
  readonly books: Books
  readonly needed: NeededScopes
}

/** The memory of one server for one person. Nobody else's fetch may have it. */
export class ServerMemory {
  #known: KnownServer | undefined
  readonly #listing = new Map<CallKind, Promise<boolean>>()

  /**
   * What is known; at first, nothing. It keeps nothing of the request that it is asked for: it stays for
   * a long time, and a request may be large.
   *
   * @param pins Definitions as first seen. Default: those that this memory sees.
   */
  keep(binding: Binding, pins: ToolPins | undefined, principal: Principal): KnownServer {
    this.#known ??= nothingKnown(binding, pins ?? memoryToolPins(), principalKey(principal))
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

function nothingKnown(binding: Binding, pins: ToolPins, owner: string): KnownServer {
  const judging = { binding, pins, owner }
  const needed = neededScopes(binding)
  const tools = toolBook({
    ...judging,
    wants: (tool) => wantsTool(binding, tool),
    onVisible: (tool) => needed.learn(tool),
  })
  const prompts = promptBook(toolBook(judging))
  return { books: { tools, prompts, resources: templateBook(toolBook(judging)) }, needed }
}
