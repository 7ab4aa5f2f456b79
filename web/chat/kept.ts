// What the person wrote and no server has yet: for each conversation the text in the field, and the
// messages that did not arrive. It outlives a reload, in this tab alone.

import type { Item } from '../../src/chatkit/protocol/item.ts'
import { asFields, list, parseJson, text } from '../client/json.ts'
import { parseItem } from '../client/parse-item.ts'

/** What the person is writing, without the files. */
export interface Written {
  readonly text: string
  /** The quote that the message is about; empty when there is none. */
  readonly quoted: string
}

/** A message of the person. */
export type OwnMessage = Extract<Item, { type: 'user_message' }>

/** What is kept of one conversation. The id of a new one is empty. */
export interface Kept {
  written(threadId: string): Written
  write(threadId: string, written: Written): void
  unsent(threadId: string): readonly OwnMessage[]
  setUnsent(threadId: string, messages: readonly OwnMessage[]): void
  /** The new conversation has got its id. */
  move(threadId: string): void
  /** Forgets everything: another person may have signed in. */
  clear(): void
}

/** A place for one text. Undefined: nothing is kept beyond this page. */
export interface KeptPlace {
  /**
   * Whether the place belongs to one person. If not, only what stands in a conversation that has an
   * id is kept: nobody else can open that one.
   */
  readonly isPersonal: boolean
  read(): string | undefined
  write(text: string): void
}

interface OfThread {
  readonly written: Written
  readonly unsent: readonly OwnMessage[]
}

const NOTHING: OfThread = { written: { text: '', quoted: '' }, unsent: [] }
/** A browser keeps about five million characters for a whole site. */
const MAX_KEPT_CHARS = 1_000_000

/** Keeps it in a place, which is asked for each time. */
export function createKept(place: () => KeptPlace | undefined): Kept {
  const threads = new Map<string, OfThread>()
  let source: KeptPlace | undefined
  let isRead = false

  function all(): Map<string, OfThread> {
    const now = place()
    if (isRead && now === source) return threads
    isRead = true
    source = now
    threads.clear()
    for (const [id, one] of parseKept(now?.read() ?? '')) threads.set(id, one)
    return threads
  }

  function change(id: string, next: Partial<OfThread>): void {
    const one = { ...(all().get(id) ?? NOTHING), ...next }
    if (one.unsent.length === 0 && one.written.text === '' && one.written.quoted === '')
      threads.delete(id)
    else threads.set(id, one)
    save()
  }

  function save(): void {
    const lasting = [...threads].filter(([id]) => id !== '' || source?.isPersonal)
    const text = lasting.length === 0 ? '' : JSON.stringify(lasting)
    if (text.length <= MAX_KEPT_CHARS) source?.write(text)
  }

  return {
    written: (id) => all().get(id)?.written ?? NOTHING.written,
    write: (id, written) => change(id, { written }),
    unsent: (id) => all().get(id)?.unsent ?? [],
    setUnsent(id, unsent) {
      if (unsent.length > 0 || all().has(id)) change(id, { unsent })
    },
    move(id) {
      const one = all().get('')
      if (!one) return
      threads.delete('')
      change(id, one)
    },
    clear() {
      all().clear()
      save()
    },
  }
}

/** Reads what was kept. Another script of the site may have written anything there. */
export function parseKept(kept: string): readonly (readonly [string, OfThread])[] {
  return list(parseJson(kept)).flatMap((entry) => {
    const [id, one] = list(entry)
    const { written, unsent } = asFields(one)
    if (typeof id !== 'string') return []
    const { text: words, quoted } = asFields(written)
    const messages = list(unsent).flatMap((value) => {
      const item = parseItem(value)
      return item?.type === 'user_message' ? [item] : []
    })
    const of = {
      written: { text: text(words) ?? '', quoted: text(quoted) ?? '' },
      unsent: messages,
    }
    return [[id, of] as const]
  })
}
