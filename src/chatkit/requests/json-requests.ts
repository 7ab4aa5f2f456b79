// The requests that are answered with JSON.

import { granted, type Result } from '../../core/errors.ts'
import type { ChatCaller, ChatkitServerOptions } from '../options.ts'
import { cleanItem } from '../protocol/clean.ts'
import { type Item, isHidden } from '../protocol/item.ts'
import type { ChatkitLimits } from '../protocol/limits.ts'
import {
  conflict,
  invalid,
  NOT_FOUND,
  payloadTooLarge,
  refuse,
  UNKNOWN_CURSOR,
  UNSUPPORTED,
  type WireRefusal,
} from '../protocol/refusal.ts'
import type { JsonParams, JsonRequest, RequestMetadata } from '../protocol/request.ts'
import { type Page, type Thread, wireThread } from '../protocol/thread.ts'
import { errorEventFor } from '../runs/error-event.ts'
import { recover } from '../runs/recover.ts'
import { isAlive } from '../runs/run-store.ts'
import type { Runs } from '../runs/runs.ts'
import { wireAttachment } from '../threads/attachment.ts'
import type { OwnedThreads } from '../threads/owned-threads.ts'
import { contextOf } from './context.ts'
import { findShownItem, presentItem, refuseUnlessOpen } from './items.ts'
import { decodeBase64Strict, mediaTypeOf } from './transcription.ts'

/** What these requests need. */
export interface JsonServer<C extends ChatCaller>
  extends Pick<ChatkitServerOptions<C>, 'syncAction' | 'feedback' | 'transcribe' | 'attachments'> {
  readonly caller: C
  readonly threads: OwnedThreads
  readonly runs: Runs
  readonly limits: ChatkitLimits
  readonly signal: AbortSignal
  readonly now: () => number
  readonly newId: (prefix: string) => string
  readonly onError: (error: unknown) => void
}

/** Items that are sent along with a thread. */
const FIRST_ITEMS = 20

/** Answers a request for its caller. */
export async function answerJson<C extends ChatCaller>(
  request: JsonRequest,
  server: JsonServer<C>,
): Promise<Result<unknown, WireRefusal>> {
  const { threads } = server
  switch (request.type) {
    case 'threads.get_by_id':
      return getThread(request.params.thread_id, server)
    case 'threads.list': {
      const page = await threads.list(request.params)
      return page
        ? granted({ ...page, data: page.data.map((thread) => wireThread(thread)) })
        : refuse(UNKNOWN_CURSOR)
    }
    case 'threads.update': {
      const { thread_id, title } = request.params
      const thread = await threads.update(thread_id, { title })
      return thread ? granted(wireThread(thread)) : refuse(NOT_FOUND)
    }
    case 'threads.delete':
      return deleteThread(request.params.thread_id, server)
    case 'threads.sync_custom_action':
      return actSync(request.params, request.metadata ?? {}, server)
    case 'items.list': {
      const { thread_id, ...page } = request.params
      if (!(await threads.get(thread_id))) return refuse(NOT_FOUND)
      const items = await threads.items(thread_id, { ...page, hidden: false })
      return items ? granted(presentPage(items, server)) : refuse(UNKNOWN_CURSOR)
    }
    case 'items.feedback':
      return takeFeedback(request.params, server)
    case 'attachments.create':
      return createAttachment(request.params, server)
    case 'attachments.delete':
      return deleteAttachment(request.params.attachment_id, server)
    case 'input.transcribe':
      return transcribe(request.params, server)
    case 'onbehalf.runs.stop': {
      const { thread_id } = request.params
      if (!(await threads.get(thread_id))) return refuse(NOT_FOUND)
      await server.runs.stop(threads.owner, thread_id)
      return granted({})
    }
  }
}

function presentPage<C extends ChatCaller>(
  page: Page<Item>,
  { attachments }: JsonServer<C>,
): Page<Item> {
  return attachments
    ? { ...page, data: page.data.map((item) => presentItem(item, attachments)) }
    : page
}

/**
 * Gives the thread. `onbehalf_run`, the one field that this server adds, says whether there is a
 * run to resume.
 */
async function getThread<C extends ChatCaller>(
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

async function deleteThread<C extends ChatCaller>(
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

async function actSync<C extends ChatCaller>(
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
  if (sender && sender.type !== 'widget')
    return refuse(conflict('not_a_widget', 'Only a widget can send an action.'))
  const context = { ...contextOf(metadata, caller, threads, thread_id, server), signal }
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

async function takeFeedback<C extends ChatCaller>(
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

async function createAttachment<C extends ChatCaller>(
  params: JsonParams['attachments.create'],
  { threads, attachments: storage }: JsonServer<C>,
): Promise<Result<unknown, WireRefusal>> {
  if (!storage) return refuse(UNSUPPORTED)
  const created = await withPersonalError(() => storage.create({ ...params, owner: threads.owner }))
  if (!created.ok) return created
  if (!(await threads.saveAttachment(created.value)))
    throw new Error('The attachment storage gave an id that is used already')
  return granted(wireAttachment(created.value, storage))
}

async function deleteAttachment<C extends ChatCaller>(
  id: string,
  { threads, attachments: storage }: JsonServer<C>,
): Promise<Result<unknown, WireRefusal>> {
  const attachment = storage && (await threads.attachment(id))
  if (!attachment) return refuse(NOT_FOUND)
  await storage.remove(attachment)
  await threads.deleteAttachment(id)
  return granted({})
}

async function transcribe<C extends ChatCaller>(
  { audio_base64, mime_type: mimeType }: JsonParams['input.transcribe'],
  { transcribe: write, limits, caller, signal }: JsonServer<C>,
): Promise<Result<unknown, WireRefusal>> {
  if (!write) return refuse(UNSUPPORTED)
  const mediaType = mediaTypeOf(mimeType)
  if (mediaType === undefined) return refuse(invalid('mime_type names no kind of recording.'))
  const audio = decodeBase64Strict(audio_base64)
  if (!audio) return refuse(invalid('audio_base64 is not base64.'))
  if (audio.length > limits.audioBytes) {
    return refuse(payloadTooLarge(`The recording is larger than ${limits.audioBytes} bytes.`))
  }
  const text = await withPersonalError(() => write({ audio, mimeType, mediaType, caller, signal }))
  return text.ok ? granted({ text: text.value }) : text
}

/**
 * Runs a function of the app. An error that it throws for the person becomes a refusal with the
 * error's text.
 */
async function withPersonalError<T>(work: () => Promise<T>): Promise<Result<T, WireRefusal>> {
  try {
    return granted(await work())
  } catch (error) {
    const { message } = errorEventFor(error)
    if (message === undefined) throw error
    return refuse(invalid(message))
  }
}

/**
 * The same for a function that may have changed something before it failed. Clients repeat a
 * request after a 503, so it gets a 409 instead.
 */
async function tryOnce<T>(
  work: () => Promise<T>,
  onError: (error: unknown) => void,
): Promise<Result<T, WireRefusal>> {
  try {
    return await withPersonalError(work)
  } catch (error) {
    onError(error)
    return refuse(
      conflict(
        'failed',
        'This failed, and part of it may have been done. Look before you try again.',
      ),
    )
  }
}
