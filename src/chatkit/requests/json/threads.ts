// The requests for threads: get, list, rename and delete.

import { granted, type Result } from '../../../core/errors.ts'
import type { ChatCaller } from '../../options.ts'
import { NOT_FOUND, refuse, UNKNOWN_CURSOR, type WireRefusal } from '../../protocol/refusal.ts'
import type { JsonParams } from '../../protocol/request.ts'
import { type Thread, wireThread } from '../../protocol/thread.ts'
import { recover } from '../../runs/recover.ts'
import { isAlive } from '../../runs/run-store.ts'
import { excerptOf, searchedText } from '../../threads/search.ts'
import { presentPage } from './items.ts'
import type { JsonServer } from './json-server.ts'

/** Items that are sent along with a thread. */
const FIRST_ITEMS = 20

/**
 * Gives the thread. `onbehalf_run`, the one field that this server adds, says whether there is a
 * run to resume.
 */
export async function getThread<C extends ChatCaller>(
  id: string,
  server: JsonServer<C>,
): Promise<
  Result<
    Thread & { readonly onbehalf_run?: { readonly state: 'running' | 'interrupted' } },
    WireRefusal
  >
> {
  const { threads, runs } = server
  const thread = await threads.get(id)
  if (!thread) return refuse(NOT_FOUND)
  const run = await runs.latest(threads.owner, id)
  if (run?.state === 'interrupted') await recover(run, threads, runs)
  const items = await threads.items(id, { limit: FIRST_ITEMS, order: 'asc', hidden: false })
  if (!items) return refuse(NOT_FOUND)
  const wire = wireThread(thread, presentPage(items, server))
  if (!run?.resumable || run.state === 'done') return granted(wire)
  return granted({ ...wire, onbehalf_run: { state: isAlive(run) ? 'running' : 'interrupted' } })
}

/** Gives a page of the caller's threads. */
export async function listThreads<C extends ChatCaller>(
  params: JsonParams['threads.list'],
  { threads }: JsonServer<C>,
): Promise<Result<unknown, WireRefusal>> {
  const page = await threads.list(params)
  return page
    ? granted({ ...page, data: page.data.map((thread) => wireThread(thread)) })
    : refuse(UNKNOWN_CURSOR)
}

/**
 * Gives the caller's threads with a text. `onbehalf_excerpt` is what stands around it in the newest
 * message that has it.
 */
export async function searchThreads<C extends ChatCaller>(
  { query, limit }: JsonParams['onbehalf.threads.search'],
  { threads }: JsonServer<C>,
): Promise<Result<unknown, WireRefusal>> {
  const found = await threads.search({ text: query, limit })
  const data = found.map(({ thread, item }) => ({
    ...wireThread(thread),
    ...(item ? { onbehalf_excerpt: excerptOf(searchedText(item), query) } : {}),
  }))
  return granted({ data, has_more: false })
}

/** Gives a thread a new title. */
export async function renameThread<C extends ChatCaller>(
  { thread_id, title }: JsonParams['threads.update'],
  { threads }: JsonServer<C>,
): Promise<Result<unknown, WireRefusal>> {
  const thread = await threads.update(thread_id, { title })
  return thread ? granted(wireThread(thread)) : refuse(NOT_FOUND)
}

/** Deletes a thread with its items, its runs and its attachments. */
export async function deleteThread<C extends ChatCaller>(
  id: string,
  { threads, runs, attachments: storage, onError }: JsonServer<C>,
): Promise<Result<unknown, WireRefusal>> {
  const attachments = storage ? await threads.attachments(id) : []
  if (!(await threads.delete(id))) return refuse(NOT_FOUND)
  // The thread is deleted already. A failure from here on must not become a refusal, because
  // clients would repeat the request.
  await runs.forget(threads.owner, id).catch(onError)
  for (const attachment of attachments) await storage?.remove(attachment).catch(onError)
  return granted({})
}

/** Stops the run of a thread. */
export async function stopRun<C extends ChatCaller>(
  { thread_id }: JsonParams['onbehalf.runs.stop'],
  { threads, runs }: JsonServer<C>,
): Promise<Result<unknown, WireRefusal>> {
  if (!(await threads.get(thread_id))) return refuse(NOT_FOUND)
  await runs.stop(threads.owner, thread_id)
  return granted({})
}
