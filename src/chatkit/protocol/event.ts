// The events of a stream, in their wire form.

import type { JsonObject } from '../../core/json.ts'
import type {
  Annotation,
  AssistantContent,
  GeneratedImage,
  HiddenItem,
  Item,
  Task,
  WidgetRoot,
} from './item.ts'
import type { NamedTexts } from './named-text.ts'
import type { Thread } from './thread.ts'

/** How a pending item changes. */
export type ItemUpdate =
  | {
      readonly type: 'assistant_message.content_part.added'
      readonly content_index: number
      readonly content: AssistantContent
    }
  | {
      readonly type: 'assistant_message.content_part.text_delta'
      readonly content_index: number
      readonly delta: string
    }
  | {
      readonly type: 'assistant_message.content_part.annotation_added'
      readonly content_index: number
      readonly annotation_index: number
      readonly annotation: Annotation
    }
  | {
      readonly type: 'assistant_message.content_part.done'
      readonly content_index: number
      readonly content: AssistantContent
    }
  | {
      readonly type: 'widget.streaming_text.value_delta'
      readonly component_id: string
      readonly delta: string
      readonly done: boolean
    }
  | { readonly type: 'widget.root.updated'; readonly widget: WidgetRoot }
  | {
      readonly type: 'widget.component.updated'
      readonly component_id: string
      readonly component: JsonObject
    }
  | {
      readonly type: 'workflow.task.added' | 'workflow.task.updated'
      readonly task_index: number
      readonly task: Task
    }
  | {
      readonly type: 'generated_image.updated'
      readonly image: GeneratedImage
      readonly progress?: number
    }

/** Tells the client that something went wrong. It does not end the stream by itself. */
export interface ErrorEvent extends NamedTexts {
  readonly type: 'error'
  readonly code: string
  readonly message?: string
  readonly allow_retry: boolean
}

/**
 * What an app's answer may yield. The server stores `done` and `replaced` items before it sends the
 * event, and deletes `removed` ones before. The other events change nothing that is stored.
 */
export type AnswerEvent =
  | {
      readonly type: 'thread.item.added' | 'thread.item.done' | 'thread.item.replaced'
      readonly item: Item
    }
  | { readonly type: 'thread.item.updated'; readonly item_id: string; readonly update: ItemUpdate }
  | { readonly type: 'thread.item.removed'; readonly item_id: string }
  /**
   * A hidden item that may wait: it is stored together with the item that is stored next, before it,
   * and at the end of the answer at the latest. The newest one with an id counts. Never sent.
   */
  | { readonly type: 'thread.item.noted'; readonly item: HiddenItem }
  | { readonly type: 'progress_update'; readonly text: string; readonly icon?: string }
  | { readonly type: 'client_effect'; readonly name: string; readonly data: JsonObject }
  | ({
      readonly type: 'notice'
      readonly level: 'info' | 'warning' | 'danger'
      readonly message: string
      readonly title?: string
    } & NamedTexts)
  | ErrorEvent

/** Every event of a stream: those of an answer, and those that only the server makes. */
export type ThreadStreamEvent =
  | Exclude<AnswerEvent, { type: 'thread.item.noted' }>
  | { readonly type: 'thread.created' | 'thread.updated'; readonly thread: Thread }
  | { readonly type: 'stream_options'; readonly stream_options: { readonly allow_cancel: boolean } }
