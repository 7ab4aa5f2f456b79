// Reads events, threads and pages from the wire. It leaves out unknown ones: a newer server must
// not break an older page.

import type { ItemUpdate, ThreadStreamEvent } from '../../src/chatkit/protocol/event.ts'
import type { Attachment, Item } from '../../src/chatkit/protocol/item.ts'
import type { Page, ThreadStatus } from '../../src/chatkit/protocol/thread.ts'
import { asFields, defined, index, list, parseJson, text } from './json.ts'
import {
  assistantContent,
  generatedImage,
  isAnnotation,
  parseAttachment,
  parseItem,
  parseTask,
} from './parse-item.ts'

/** What the component knows of a thread besides its items. */
export interface ThreadHead {
  readonly id: string
  readonly title: string | undefined
  readonly createdAt?: string | undefined
  readonly status: ThreadStatus
  readonly allowedImageDomains: readonly string[]
  /** The state of its newest run, as our own server tells it. */
  readonly run: 'running' | 'interrupted' | undefined
}

/** An event. Its thread comes without items, which the component does not need here. */
export type ChatEvent =
  | Exclude<ThreadStreamEvent, { readonly type: 'thread.created' | 'thread.updated' }>
  | { readonly type: 'thread.created' | 'thread.updated'; readonly thread: ThreadHead }

/** Indexes into an item's lists stay below this. */
const MAX_INDEX = 1000

/** Returns a thread without its items, or undefined when the value is no thread. */
export function parseThread(value: unknown): ThreadHead | undefined {
  const { id, title, created_at, status, allowed_image_domains, onbehalf_run } = asFields(value)
  if (typeof id !== 'string' || id === '') return undefined
  const { state } = asFields(onbehalf_run)
  return {
    id,
    title: text(title),
    createdAt: text(created_at),
    status: parseStatus(status),
    allowedImageDomains: list(allowed_image_domains).filter((domain) => typeof domain === 'string'),
    run: state === 'running' || state === 'interrupted' ? state : undefined,
  }
}

function parseStatus(value: unknown): ThreadStatus {
  const { type, reason } = asFields(value)
  if (type !== 'locked' && type !== 'closed') return { type: 'active' }
  return { type, ...(typeof reason === 'string' ? { reason } : {}) }
}

/** Reads a page of whatever `parse` understands. `after` is set when there is more to read. */
export function parsePage<T>(value: unknown, parse: (entry: unknown) => T | undefined): Page<T> {
  const { data, has_more, after } = asFields(value)
  const cursor = has_more === true ? text(after) : undefined
  return defined({
    data: list(data).flatMap((entry) => parse(entry) ?? []),
    has_more: cursor !== undefined,
    after: cursor,
  })
}

/** Reads a page of items. */
export function parseItems(value: unknown): Page<Item> {
  return parsePage(value, parseItem)
}

/**
 * Reads the answer of `attachments.create`: the attachment to keep, and where to send its bytes.
 */
export function parseUpload(
  value: unknown,
): { readonly attachment: Attachment; readonly to: Upload | undefined } | undefined {
  const attachment = parseAttachment(value)
  if (!attachment) return undefined
  const { url, method, headers } = asFields(asFields(value).upload_descriptor)
  if (typeof url !== 'string') return { attachment, to: undefined }
  const pairs = Object.entries(asFields(headers)).flatMap(([name, header]) =>
    typeof header === 'string' ? [[name, header] as const] : [],
  )
  return {
    attachment,
    to: { url, method: method === 'POST' ? 'POST' : 'PUT', headers: Object.fromEntries(pairs) },
  }
}

/** Reads the text of the answer to a direct upload: the attachment, or undefined. */
export function parseUploaded(answer: string): Attachment | undefined {
  return parseAttachment(parseJson(answer))
}

/** Reads where to send the bytes of an attachment. Its headers are a credential. */
export interface Upload {
  readonly url: string
  readonly method: 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
}

/** Returns an event of a stream, or undefined when it is not understood. */
export function parseEvent(value: unknown): ChatEvent | undefined {
  const given = asFields(value)
  const { type } = given
  switch (type) {
    case 'thread.created':
    case 'thread.updated': {
      const thread = parseThread(given.thread)
      return thread && { type, thread }
    }
    case 'thread.item.added':
    case 'thread.item.done':
    case 'thread.item.replaced': {
      const item = parseItem(given.item)
      return item && { type, item }
    }
    case 'thread.item.updated': {
      const item_id = text(given.item_id)
      const update = parseUpdate(given.update)
      return item_id === undefined || !update ? undefined : { type, item_id, update }
    }
    case 'thread.item.removed': {
      const item_id = text(given.item_id)
      return item_id === undefined ? undefined : { type, item_id }
    }
    case 'stream_options':
      return {
        type,
        stream_options: { allow_cancel: asFields(given.stream_options).allow_cancel !== false },
      }
    case 'progress_update': {
      return defined({ type, text: text(given.text) ?? '', icon: text(given.icon) })
    }
    case 'client_effect': {
      const name = text(given.name)
      // JSON.parse made the value, so it is JSON.
      return name === undefined
        ? undefined
        : ({ type, name, data: asFields(given.data) } as ChatEvent)
    }
    case 'notice': {
      const level = given.level === 'warning' || given.level === 'danger' ? given.level : 'info'
      const message = text(given.message) ?? ''
      return defined({ type, level, message, title: text(given.title) })
    }
    case 'error': {
      return defined({
        type,
        code: text(given.code) ?? 'custom',
        allow_retry: given.allow_retry === true,
        message: text(given.message),
      })
    }
    default:
      return undefined
  }
}

function parseUpdate(value: unknown): ItemUpdate | undefined {
  const given = asFields(value)
  const { type } = given
  const fields = updateFields(type, given)
  // The code below checks each field. The parts of widgets are JSON of any form.
  return fields && ({ type, ...fields } as ItemUpdate)
}

function updateFields(type: unknown, given: Readonly<Record<string, unknown>>): object | undefined {
  const content_index = index(given.content_index, MAX_INDEX)
  const task_index = index(given.task_index, MAX_INDEX)
  const component_id = text(given.component_id)
  switch (type) {
    case 'assistant_message.content_part.added':
    case 'assistant_message.content_part.done':
      return content_index === undefined
        ? undefined
        : { content_index, content: assistantContent(given.content) }
    case 'assistant_message.content_part.text_delta': {
      const delta = text(given.delta)
      return content_index === undefined || delta === undefined
        ? undefined
        : { content_index, delta }
    }
    case 'assistant_message.content_part.annotation_added': {
      const annotation_index = index(given.annotation_index, MAX_INDEX)
      if (
        content_index === undefined ||
        annotation_index === undefined ||
        !isAnnotation(given.annotation)
      )
        return undefined
      return { content_index, annotation_index, annotation: given.annotation }
    }
    case 'widget.streaming_text.value_delta': {
      const delta = text(given.delta)
      return component_id === undefined || delta === undefined
        ? undefined
        : { component_id, delta, done: given.done === true }
    }
    case 'widget.root.updated':
      return text(asFields(given.widget).type) === undefined ? undefined : { widget: given.widget }
    case 'widget.component.updated':
      return component_id === undefined
        ? undefined
        : { component_id, component: asFields(given.component) }
    case 'workflow.task.added':
    case 'workflow.task.updated':
      return task_index === undefined ? undefined : { task_index, task: parseTask(given.task) }
    case 'generated_image.updated': {
      const image = generatedImage(given.image)
      const progress = typeof given.progress === 'number' ? { progress: given.progress } : {}
      return image && { image, ...progress }
    }
    default:
      return undefined
  }
}
