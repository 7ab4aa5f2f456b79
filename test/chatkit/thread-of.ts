// A thread of alice's with the items that a test wants in it. No test is here.

import type { Item, ItemBase } from '../../src/chatkit/index.ts'
import type { Loose, TestChat } from './support.ts'

export const ALICE = JSON.stringify(['https://a.example', null, 'alice'])

/** Items as a test writes them: what all have is added. */
export type Written = {
  readonly [T in Item['type']]: Omit<Extract<Item, { type: T }>, Exclude<keyof ItemBase, 'id'>>
}[Item['type']]

/** Makes a new thread with one message of alice's and these items after it. */
export async function threadWith(chat: TestChat, items: readonly Written[] = []): Promise<string> {
  const thread_id = await chat.create('alice')
  await addItems(chat, thread_id, items)
  return thread_id
}

export async function addItems(
  chat: TestChat,
  thread_id: string,
  items: readonly Written[],
): Promise<void> {
  const save = items.map(
    (item): Item => ({ thread_id, created_at: '2026-11-27T00:00:00.000Z', ...item }),
  )
  if (!(await chat.store.changeItems(ALICE, thread_id, { save })))
    throw new Error('the items were not stored')
}

/** All items of a thread, hidden ones included, the oldest first. */
export async function storedItems(chat: TestChat, thread_id: string): Promise<readonly Loose[]> {
  return (
    (await chat.store.items(ALICE, thread_id, { limit: 1000, order: 'asc', hidden: true }))?.data ??
    []
  )
}

export const idsOf = (items: readonly Loose[]): string[] => items.map(({ id }) => id)
export const typesOf = (events: readonly Loose[]): string[] => events.map(({ type }) => type)

/** Status and code of an answer that is a refusal. */
export async function refusalOf(response: Response): Promise<unknown> {
  const body: Loose = await response.json()
  return [response.status, body.code]
}
