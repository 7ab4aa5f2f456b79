// What a server lists, tools and prompts: a book of what is known of each kind, and the way to ask for
// more.

import type { CallKind } from './answer/message.ts'
import type { McpRequest } from './placements/request.ts'
import { type ListedTools, onceListed } from './tools/list-tools.ts'
import type { ToolBook } from './tools/tool-book.ts'

/** One kind. */
export interface Catalog {
  readonly book: ToolBook
  /** Asks the server for its list, once, so that the book knows it. */
  readonly list: (request: McpRequest) => Promise<void>
  /** Asks it for the list from a cursor on, in the way of a request. */
  readonly rest: (request: McpRequest, cursor: string) => Promise<readonly unknown[]>
}

/** All kinds. */
export type Catalogs = Readonly<Record<CallKind, Catalog>>

/** Makes the catalog of one kind. */
export function catalog(
  book: ToolBook,
  ask: (like: McpRequest, cursor?: string) => Promise<ListedTools>,
): Catalog {
  return {
    book,
    list: onceListed(async (like) => {
      const { tools, isWhole } = await ask(like)
      await book.learn(tools)
      return isWhole
    }),
    rest: async (like, cursor) => (await ask(like, cursor)).tools,
  }
}
