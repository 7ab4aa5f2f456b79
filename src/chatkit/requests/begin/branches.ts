// Another version of a message, and the way back to one that was set aside. threads/branches.ts says
// how they are stored.

import { granted, type Result } from '../../../core/errors.ts'
import { mayHaveActed } from '../../agent/approval-record.ts'
import type { ChatCaller } from '../../options.ts'
import { type Item, isHidden, type UserMessageItem } from '../../protocol/item.ts'
import { conflict, NOT_FOUND, refuse, type WireRefusal } from '../../protocol/refusal.ts'
import type { StreamParams } from '../../protocol/request.ts'
import type { ThreadState } from '../../protocol/thread.ts'
import {
  type Branch,
  type BranchRecord,
  branchOf,
  MAX_BRANCHES,
  placeBeside,
  placed,
  recordOf,
} from '../../threads/branches.ts'
import type { OwnedThreads } from '../../threads/owned-threads.ts'
import type { ItemsChange } from '../../threads/thread-store.ts'
import { findShownItem } from '../items.ts'
import { type Beginning, type BeginParts, respondTo } from './beginning.ts'
import { makeMessage, preludeOf } from './message.ts'

/** There are as many as a thread may have at one place. */
export const TOO_MANY: WireRefusal = conflict('too_many_branches', {
  count: String(MAX_BRANCHES),
})

/** What making a record needs. */
type RecordParts = Pick<BeginParts<ChatCaller>, 'createdAt' | 'newId'>

/** What came after a message: all that belongs to its answer, and the answers that were set aside. */
interface Tail {
  readonly tail: readonly Item[]
  readonly records: readonly BranchRecord[]
}

/** Answers another version of a message. The one before is set aside, with all that came after it. */
export async function editMessage<C extends ChatCaller>(
  thread: ThreadState,
  { item_id, input }: StreamParams['onbehalf.branches.edit'],
  parts: BeginParts<C>,
): Promise<Result<Beginning<C>, WireRefusal>> {
  const { threads } = parts
  const before = await findMessage(threads, thread.id, item_id)
  if (!before) return refuse(NOT_FOUND)
  const made = await makeMessage(input, parts)
  if (!made.ok) return made
  const records = await versionsBeside(threads, before)
  if (records.length + 1 >= MAX_BRANCHES) return refuse(TOO_MANY)
  const aside = await versionSetAside(before, records, parts)
  const message = placed(made.value, 'message', placeBeside([...records, aside.branch]))
  const change = { ...aside.change, save: [aside.record, message], attach: input.attachments }
  if (!(await threads.change(thread.id, change))) return refuse(NOT_FOUND)
  return granted({
    thread,
    prelude: preludeOf(message, parts),
    begin: respondTo(thread, message, parts),
  })
}

/** Takes what was set aside back into the thread, and sets aside what is there. Nothing is answered. */
export async function chooseBranch<C extends ChatCaller>(
  thread: ThreadState,
  { item_id, of, number }: StreamParams['onbehalf.branches.choose'],
  parts: BeginParts<C>,
): Promise<Result<Beginning<C>, WireRefusal>> {
  const { threads } = parts
  const message = await findMessage(threads, thread.id, item_id)
  if (!message) return refuse(NOT_FOUND)
  const { tail, records } =
    of === 'answer'
      ? await tailAfter(threads, message)
      : { tail: [], records: await versionsBeside(threads, message) }
  const chosen = records.find((record) => record.number === number)
  if (!chosen) return refuse(NOT_FOUND)
  const rest = records.filter((record) => record !== chosen)
  const aside =
    of === 'answer'
      ? answerSetAside(message, tail, records, parts)
      : await versionSetAside(message, records, parts)
  const place = placeBeside([...rest, aside.branch])
  const [first, ...others] = chosen.items
  const restored =
    of === 'message' && first?.type === 'user_message'
      ? [placed(first, of, place), ...others]
      : chosen.items
  const change = {
    remove: [...aside.change.remove, chosen.id],
    save: [...(of === 'answer' ? [placed(message, of, place)] : []), aside.record, ...restored],
  }
  if (!(await threads.change(thread.id, change))) return refuse(NOT_FOUND)
  return granted({ thread, prelude: [], begin: undefined })
}

/** What is set aside, as a record and as the change that does it. */
interface Aside {
  /** The message that is set aside, or whose answer is: with its place. */
  readonly message: UserMessageItem
  readonly branch: Branch
  readonly record: Item
  readonly change: ItemsChange & { readonly remove: readonly string[] }
}

/** Sets aside what came after a message. The message gets the place of the answer that will follow. */
export function answerSetAside(
  message: UserMessageItem,
  tail: readonly Item[],
  records: readonly BranchRecord[],
  parts: RecordParts,
): Aside {
  const aside = setAside(message, 'answer', tail, records, parts)
  const now = placed(message, 'answer', placeBeside([...records, aside.branch]))
  return { ...aside, message: now, change: { ...aside.change, save: [now, aside.record] } }
}

/** Sets aside a message with all that came after it. */
async function versionSetAside<C extends ChatCaller>(
  message: UserMessageItem,
  records: readonly BranchRecord[],
  parts: BeginParts<C>,
): Promise<Aside> {
  const { tail, records: answers } = await tailAfter(parts.threads, message)
  const stored = await itemsOf(parts.threads, message.thread_id, answers)
  return setAside(message, 'message', [message, ...stored, ...tail], records, parts)
}

function setAside(
  message: UserMessageItem,
  of: Branch['of'],
  items: readonly Item[],
  records: readonly BranchRecord[],
  { createdAt, newId }: RecordParts,
): Aside {
  const { number } = placeBeside(records)
  const branch = { onbehalf: 'branch', of, item: message.id, number, items } as const
  const base = { thread_id: message.thread_id, created_at: createdAt }
  const record = recordOf(branch, base, newId)
  const remove = items.map(({ id }) => id)
  return { message, branch, record, change: { remove, save: [record] } }
}

/**
 * Reads what came after a message. Records of calls that may have run are no part of it: they stay,
 * whichever answer is in the thread.
 */
export async function tailAfter(threads: OwnedThreads, message: UserMessageItem): Promise<Tail> {
  const tail: Item[] = []
  const records: BranchRecord[] = []
  for (let after: string | undefined = message.id; after !== undefined; ) {
    const page = await threads.items(message.thread_id, { ...FORWARD, after })
    for (const item of page?.data ?? []) {
      const branch = branchOf(item)
      if (branch?.of === 'answer' && branch.item === message.id) records.push(branch)
      else if (!mayHaveActed(item)) tail.push(item)
    }
    after = page?.after
  }
  return { tail, records }
}

/** Reads the versions of a message that were set aside: they stand right in front of it. */
async function versionsBeside(
  threads: OwnedThreads,
  message: UserMessageItem,
): Promise<readonly BranchRecord[]> {
  const found: BranchRecord[] = []
  for (let after: string | undefined = message.id; after !== undefined; ) {
    const page = await threads.items(message.thread_id, { ...FORWARD, order: 'desc', after })
    for (const item of page?.data ?? []) {
      if (!isHidden(item)) return found
      const branch = branchOf(item)
      if (branch?.of === 'message') found.push(branch)
    }
    after = page?.after
  }
  return found
}

const FORWARD = { limit: 100, order: 'asc', hidden: true } as const

/** The records as they are stored. */
async function itemsOf(
  threads: OwnedThreads,
  threadId: string,
  records: readonly BranchRecord[],
): Promise<readonly Item[]> {
  const items = await Promise.all(records.map(({ id }) => threads.item(threadId, id)))
  return items.flatMap((item) => item ?? [])
}

async function findMessage(
  threads: OwnedThreads,
  threadId: string,
  itemId: string,
): Promise<UserMessageItem | undefined> {
  const item = await findShownItem(threads, threadId, itemId)
  return item?.type === 'user_message' ? item : undefined
}
