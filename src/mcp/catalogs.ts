// What a server lists, tools, prompts and templates of resources: a book of what is known of each kind, and the way to ask for
// more.

import type { CallKind } from './answer/message.ts'
import type { AnswerRules } from './answer/rules.ts'
import type { Books } from './answers.ts'
import type { McpRequest } from './placements/request.ts'
import type { TemplateBook } from './resources/template-book.ts'
import type { ServerMemory } from './server-memory.ts'
import { listTools, onceListed } from './tools/list-tools.ts'
import type { LearningParts, ToolBook } from './tools/tool-book.ts'

/** One kind. */
export interface Catalog<Book extends ToolBook = ToolBook> {
  readonly book: Book
  /** Asks the server for its list, once, so that the book knows it. */
  readonly list: (request: McpRequest) => Promise<void>
  /** The client asks the server for its list, or for a page of it. */
  readonly asked: (request: McpRequest) => void
  /** Asks it for the list from a cursor on, in the way of the client. Absent before that has asked. */
  readonly rest: () => LearningParts['rest']
}

/** All kinds. */
export interface Catalogs extends Readonly<Record<CallKind, Catalog>> {
  readonly resources: TemplateCatalog
}

/** The templates of resources. */
export interface TemplateCatalog extends Catalog<TemplateBook> {
  /** As `list`, but once, also when the server did not answer: many servers have no templates. */
  readonly tryList: (request: McpRequest) => Promise<void>
}

/** How a server is asked for its lists. */
export interface AskOptions {
  /** Sends one request. */
  readonly ask: (init: RequestInit) => Promise<Response>
  /** By which rules the answers are read. They learn nothing. */
  readonly rules: AnswerRules
  /** Whether all answers come over one stream, where a further page would wait for the one before. */
  readonly isOneStream: () => boolean
  /** Where other fetches for the same person and server find that a list is under way. */
  readonly memory: ServerMemory
  /** Who hears of what is learned. */
  readonly learning: LearningParts
}

/** A server that knows no templates may not answer at all. Whoever reads waits no longer for it. */
const TRY_MS = 3_000

function afterTrying(): Promise<void> {
  return new Promise((resolve) => {
    AbortSignal.timeout(TRY_MS).addEventListener('abort', () => resolve(), { once: true })
  })
}

/** Makes the catalogs of one server. */
export function catalogsOf(
  books: Books,
  { ask, rules, isOneStream, memory, learning }: AskOptions,
): Catalogs {
  function catalog<Book extends ToolBook>(kind: CallKind, book: Book): Catalog<Book> {
    const list = (like: McpRequest, cursor?: string) =>
      listTools({ kind, ask, like, rules }, cursor)
    let latest: McpRequest | undefined
    return {
      book,
      list: onceListed((like) =>
        memory.listOnce(kind, async () => {
          const { tools, isWhole } = await list(like)
          await book.learn(tools, learning)
          return isWhole
        }),
      ),
      asked(request) {
        latest = request
      },
      rest() {
        const like = latest
        return like && (async (cursor) => (isOneStream() ? [] : (await list(like, cursor)).tools))
      },
    }
  }
  const resources = catalog('resources', books.resources)
  let tried: Promise<void> | undefined
  return {
    tools: catalog('tools', books.tools),
    prompts: catalog('prompts', books.prompts),
    resources: {
      ...resources,
      tryList(request) {
        tried ??= Promise.race([resources.list(request), afterTrying()])
        return tried
      },
    },
  }
}
