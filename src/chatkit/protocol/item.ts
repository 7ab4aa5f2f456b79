// The items of a thread, in their wire form (snake_case). Fields with a default are required here,
// because the server always writes them.

import type { JsonObject, JsonValue } from '../../core/json.ts'

/** What every item has. `created_at` is UTC, ISO 8601 with `Z`. */
export interface ItemBase {
  readonly id: string
  readonly thread_id: string
  readonly created_at: string
}

/** One part of what a person wrote. */
export type UserContent =
  | { readonly type: 'input_text'; readonly text: string }
  | {
      readonly type: 'input_tag'
      readonly id: string
      readonly text: string
      readonly data: JsonObject
      readonly group?: string
      readonly interactive: boolean
    }

/**
 * What the person chose for this message. The client sends it, so it must never give more rights.
 */
export interface InferenceOptions {
  readonly model?: string
  readonly tool_choice?: { readonly id: string }
}

/**
 * Where the client sends the bytes of an attachment. The headers are a short-lived credential, and
 * are cleared after the upload.
 */
export interface UploadDescriptor {
  readonly url: string
  readonly method: 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
}

/** A file or an image that belongs to a message. */
export type Attachment = {
  readonly id: string
  readonly name: string
  readonly mime_type: string
  readonly upload_descriptor?: UploadDescriptor
  readonly thread_id?: string
} & ({ readonly type: 'file' } | { readonly type: 'image'; readonly preview_url: string })

interface SourceBase {
  readonly title: string
  readonly description?: string
  readonly timestamp?: string
  readonly group?: string
}

/** A web page that an answer rests on. */
export interface UrlSource extends SourceBase {
  readonly type: 'url'
  readonly url: string
  readonly attribution?: string
}

/** A file that an answer rests on. */
export interface FileSource extends SourceBase {
  readonly type: 'file'
  readonly filename: string
}

/** Something of the app's own that an answer rests on. */
export interface EntitySource extends SourceBase {
  readonly type: 'entity'
  readonly id: string
  readonly icon?: string
  readonly label?: string
  readonly inline_label?: string
  readonly interactive: boolean
  readonly data: JsonObject
}

/** A mark in an answer's text; `index` is its position in characters. */
export interface Annotation {
  readonly type: 'annotation'
  readonly source: UrlSource | FileSource | EntitySource
  readonly index?: number
}

/** One part of an answer; the text is Markdown. */
export interface AssistantContent {
  readonly type: 'output_text'
  readonly text: string
  readonly annotations: readonly Annotation[]
}

interface TaskBase {
  readonly status_indicator: 'none' | 'loading' | 'complete'
}

/** One step of a workflow, or a step that stands alone. */
export type Task = TaskBase &
  (
    | {
        readonly type: 'custom'
        readonly title?: string
        readonly icon?: string
        readonly content?: string
      }
    | {
        readonly type: 'web_search'
        readonly title?: string
        readonly title_query?: string
        readonly queries: readonly string[]
        readonly sources: readonly UrlSource[]
      }
    | { readonly type: 'thought'; readonly title?: string; readonly content: string }
    | { readonly type: 'file'; readonly title?: string; readonly sources: readonly FileSource[] }
    | { readonly type: 'image'; readonly title?: string }
  )

/** Steps that were taken together. `duration` is in whole seconds. */
export interface Workflow {
  readonly type: 'custom' | 'reasoning'
  readonly tasks: readonly Task[]
  readonly summary?:
    | { readonly title: string; readonly icon?: string }
    | { readonly duration: number }
  readonly expanded: boolean
}

/**
 * The root of a widget. Only its type is checked: everything else passes through, because the set
 * of components is open.
 */
export interface WidgetRoot {
  readonly type: 'Card' | 'ListView' | 'Basic'
  readonly [property: string]: JsonValue
}

/** An image that a model made. */
export interface GeneratedImage {
  readonly id: string
  readonly url: string
}

/** One question of a form in the conversation. */
export type StructuredInput = {
  readonly id: string
  readonly question: string
  readonly answer?: { readonly values: readonly string[]; readonly skipped: boolean }
} & (
  | {
      readonly type: 'multiple_choice'
      readonly options: readonly { readonly value: string }[]
      readonly multiple: boolean
    }
  | { readonly type: 'freeform'; readonly description?: string }
)

/** What a person wrote. */
export interface UserMessageItem extends ItemBase {
  readonly type: 'user_message'
  readonly content: readonly UserContent[]
  readonly attachments: readonly Attachment[]
  readonly quoted_text?: string
  readonly inference_options: InferenceOptions
  /** Our addition: there are others like this message, or like what follows it. */
  readonly onbehalf_branches?: Branches
}

/** Which of several is in the thread, counted from 1. */
export interface BranchPlace {
  readonly number: number
  readonly total: number
}

/** The places of a message among its versions, and of what follows it among those answers. */
export interface Branches {
  readonly message?: BranchPlace
  readonly answer?: BranchPlace
}

/** An answer. */
export interface AssistantMessageItem extends ItemBase {
  readonly type: 'assistant_message'
  readonly content: readonly AssistantContent[]
}

/** What only the model may read. It is stored, and never sent to a client. */
export type HiddenItem =
  | (ItemBase & { readonly type: 'hidden_context_item'; readonly content: JsonValue })
  | (ItemBase & { readonly type: 'sdk_hidden_context'; readonly content: string })

/** A widget in the conversation. `copy_text` is what the copy button copies. */
export interface WidgetItem extends ItemBase {
  readonly type: 'widget'
  readonly widget: WidgetRoot
  readonly copy_text?: string
}

/** A form in the conversation. */
export interface StructuredInputItem extends ItemBase {
  readonly type: 'structured_input'
  readonly status: 'pending' | 'answered' | 'skipped'
  readonly inputs: readonly StructuredInput[]
}

/** A tool that the page runs. */
export interface ClientToolCallItem extends ItemBase {
  readonly type: 'client_tool_call'
  readonly status: 'pending' | 'completed'
  readonly call_id: string
  readonly name: string
  readonly arguments: JsonObject
  readonly output?: JsonValue
}

/** Any item of a thread. */
export type Item =
  | UserMessageItem
  | AssistantMessageItem
  | HiddenItem
  | ClientToolCallItem
  | WidgetItem
  | (ItemBase & { readonly type: 'generated_image'; readonly image?: GeneratedImage })
  | StructuredInputItem
  | (ItemBase & { readonly type: 'task'; readonly task: Task })
  | (ItemBase & { readonly type: 'workflow'; readonly workflow: Workflow })
  | (ItemBase & { readonly type: 'end_of_turn' })

/** Whether an item is for the model only. */
export function isHidden(item: Item): item is HiddenItem {
  return item.type === 'hidden_context_item' || item.type === 'sdk_hidden_context'
}
