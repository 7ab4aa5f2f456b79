// The requests for items: list, rate, and an action of a widget that is answered at once.

import { granted, type Result } from '../../../core/errors.ts'
import type { ChatCaller } from '../../options.ts'
import { cleanItem } from '../../protocol/clean.ts'
import { type Item, isHidden } from '../../protocol/item.ts'
import {
  conflict,
  NOT_FOUND,
  refuse,
  UNKNOWN_CURSOR,
  UNSUPPORTED,
  type WireRefusal,
} from '../../protocol/refusal.ts'
import type { JsonParams, RequestMetadata } from '../../protocol/request.ts'
import type { Page } from '../../protocol/thread.ts'
import { contextOf } from '../context.ts'
import { findShownItem, presentItem, refuseUnlessOpen } from '../items.ts'
import { tryOnce } from './app-errors.ts'
import type { JsonServer } from './json-server.ts'

/** Gives a page of a thread's items. */
export async function listItems<C extends ChatCaller>(
  { thread_id, ...page }: JsonParams['items.list'],
  server: JsonServer<C>,
): Promise<Result<unknown, WireRefusal>> {
  const { threads } = server
  if (!(await threads.get(thread_id))) return refuse(NOT_FOUND)
  const items = await threads.items(thread_id, { ...page, hidden: false })
  return items ? granted(presentPage(items, server)) : refuse(UNKNOWN_CURSOR)
}

/** Returns the page as a client gets it: attachments with fresh addresses. */
export function presentPage<C extends ChatCaller>(
  page: Page<Item>,
  { attachments }: JsonServer<C>,
): Page<Item> {
  return attachments
    ? { ...page, data: page.data.map((item) => presentItem(item, attachments)) }
    : page
}

/** Lets the app act on a widget's action, and stores the item that it gives back. */
export async function actSync<C extends ChatCaller>(
  { thread_id, item_id, action }: JsonParams['threads.sync_custom_action'],
  metadata: RequestMetadata,
  server: JsonServer<C>,
): Promise<Result<unknown, WireRefusal>> {
  const { threads, syncAction, caller, signal, attachments, onError } = server
  const thread = await threads.get(thread_id)
  if (!thread) return refuse(NOT_FOUND)
  const refusal = refuseUnlessOpen(thread)
  if (refusal) return refuse(refusal)
  if (!syncAction) return refuse(UNSUPPORTED)
  const sender =
    item_id === undefined ? undefined : await findShownItem(threads, thread_id, item_id)
  if (item_id !== undefined && !sender) return refuse(NOT_FOUND)
  if (sender && sender.type !== 'widget') return refuse(conflict('not_a_widget'))
  const context = {
    ...contextOf(
      { metadata, inputMetadata: {}, headers: server.headers },
      caller,
      threads,
      thread_id,
      server,
    ),
    signal,
  }
  const updated = await tryOnce(async () => {
    const item = await syncAction(thread, action, sender, context)
    return item && cleanItem(item, thread_id)
  }, onError)
  if (!updated.ok) return updated
  const item = updated.value
  if (item === undefined) return granted({})
  const stored = await tryOnce(() => threads.change(thread_id, { save: [item] }), onError)
  if (!stored.ok) return stored
  if (!stored.value) return refuse(NOT_FOUND)
  return granted(isHidden(item) ? {} : { updated_item: presentItem(item, attachments) })
}

/** Gives the app the person's rating of items. */
export async function takeFeedback<C extends ChatCaller>(
  { thread_id, item_ids, kind }: JsonParams['items.feedback'],
  { threads, feedback, caller, onError }: JsonServer<C>,
): Promise<Result<unknown, WireRefusal>> {
  const thread = await threads.get(thread_id)
  if (!thread) return refuse(NOT_FOUND)
  for (const id of new Set(item_ids)) {
    if (!(await findShownItem(threads, thread_id, id))) return refuse(NOT_FOUND)
  }
  const heard = await tryOnce(
    async () => feedback?.({ thread, itemIds: item_ids, kind, caller }),
    onError,
  )
  return heard.ok ? granted({}) : heard
}
