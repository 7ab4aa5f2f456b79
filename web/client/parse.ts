// Events, threads and pages from the wire. Unknown ones are left out: a newer server must not break an older page.

import type { ItemUpdate, ThreadStreamEvent } from '../../src/chatkit/protocol/event.ts'
import type { Attachment, Item } from '../../src/chatkit/protocol/item.ts'
import type { Page, ThreadStatus } from '../../src/chatkit/protocol/thread.ts'
import { asFields, index, list, text } from './json.ts'
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
  readonly status: ThreadStatus
  readonly allowedImageDomains: readonly string[]
  /** The state of its newest run, as our own server tells it. */
  readonly run: 'running' | 'interrupted' | undefined
}

/** An event; the thread of one is without its items, which say nothing. */
export type ChatEvent =
  | Exclude<ThreadStreamEvent, { readonly type: 'thread.created' | 'thread.updated' }>
  | { readonly type: 'thread.created' | 'thread.updated'; readonly thread: ThreadHead }

/** The longest list in an item that is drawn. */
const MOST_PARTS = 1000

/** A thread without its items, or undefined when it is none. */
export function parseThread(value: unknown): ThreadHead | undefined {
  const { id, title, status, allowed_image_domains, onbehalf_run } = asFields(value)
  if (typeof id !== 'string' || id === '') return undefined
  const { state } = asFields(onbehalf_run)
  return {
    id,
    title: text(title),
    status: parseStatus(status),
    allowedImageDomains: list(allowed_image_domains).filter((one) => typeof one === 'string'),
    run: state === 'running' || state === 'interrupted' ? state : undefined,
  }
}

function parseStatus(value: unknown): ThreadStatus {
  const { type, reason } = asFields(value)
  if (type !== 'locked' && type !== 'closed') return { type: 'active' }
  return { type, ...(typeof reason === 'string' ? { reason } : {}) }
}

/** A page of whatever `parse` understands. `after` is there when there is more to read. */
export function parsePage<T>(value: unknown, parse: (one: unknown) => T | undefined): Page<T> {
  const { data, has_more, after } = asFields(value)
  const cursor = has_more === true ? text(after) : undefined
  return {
    data: list(data).flatMap((one) => parse(one) ?? []),
    has_more: cursor !== undefined,
    ...(cursor === undefined ? {} : { after: cursor }),
  }
}

/** A page of items. */
export function parseItems(value: unknown): Page<Item> {
  return parsePage(value, parseItem)
}

/** What `attachments.create` answers: the attachment to keep, and where its bytes go. */
export function parseUpload(
  value: unknown,
): { readonly attachment: Attachment; readonly to: Upload | undefined } | undefined {
  const attachment = parseAttachment(value)
  if (!attachment) return undefined
  const { url, method, headers } = asFields(asFields(value).upload_descriptor)
  if (typeof url !== 'string') return { attachment, to: undefined }
  const pairs = Object.entries(asFields(headers)).flatMap(([name, one]) =>
    typeof one === 'string' ? [[name, one] as const] : [],
  )
  return {
    attachment,
    to: { url, method: method === 'POST' ? 'POST' : 'PUT', headers: Object.fromEntries(pairs) },
  }
}

/** Where the bytes of an attachment go. Its headers are a credential. */
export interface Upload {
  readonly url: string
  readonly method: 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
}

/** An event of a stream, or undefined when it is not understood. */
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
      const icon = text(given.icon)
      return { type, text: text(given.text) ?? '', ...(icon === undefined ? {} : { icon }) }
    }
    case 'client_effect': {
      const name = text(given.name)
      // What JSON.parse gave is JSON.
      return name === undefined
        ? undefined
        : ({ type, name, data: asFields(given.data) } as ChatEvent)
    }
    case 'notice': {
      const title = text(given.title)
      const level = given.level === 'warning' || given.level === 'danger' ? given.level : 'info'
      return {
        type,
        level,
        message: text(given.message) ?? '',
        ...(title === undefined ? {} : { title }),
      }
    }
    case 'error': {
      const message = text(given.message)
      return {
        type,
        code: text(given.code) ?? 'custom',
        allow_retry: given.allow_retry === true,
        ...(message === undefined ? {} : { message }),
      }
    }
    default:
      return undefined
  }
}

function parseUpdate(value: unknown): ItemUpdate | undefined {
  const given = asFields(value)
  const { type } = given
  const fields = updateFields(type, given)
  // Each field is checked below; the pieces of widgets are JSON of any form.
  return fields && ({ type, ...fields } as ItemUpdate)
}

function updateFields(type: unknown, given: Readonly<Record<string, unknown>>): object | undefined {
  const content_index = index(given.content_index, MOST_PARTS)
  const task_index = index(given.task_index, MOST_PARTS)
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
      const annotation_index = index(given.annotation_index, MOST_PARTS)
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
