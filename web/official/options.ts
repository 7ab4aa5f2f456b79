// The options of the official element, by their own names. `@openai/chatkit` 1.9 has the same
// types; a test holds them against each other.

import type { Attachment } from '../../src/chatkit/protocol/item.ts'
import type { MessagePart } from '../settings/options.ts'
import type { ThemeOption } from './theme.ts'

/** The options of `setOptions`. What is left out has its default. */
export interface OfficialOptions {
  readonly api: OfficialApi
  readonly locale?: string
  /** Default `light`. */
  readonly theme?: 'light' | 'dark' | ThemeOption
  /** What a screen reader calls the chat. Default `Chat`. */
  readonly frameTitle?: string
  /** The conversation that is shown first; null for a new one. */
  readonly initialThread?: string | null
  readonly onClientTool?: (call: {
    name: string
    params: Record<string, unknown>
  }) => Promise<Record<string, unknown>> | Record<string, unknown>
  readonly header?: {
    readonly enabled?: boolean
    readonly title?: { readonly enabled?: boolean; readonly text?: string }
    readonly leftAction?: OfficialHeaderAction
    readonly rightAction?: OfficialHeaderAction
  }
  readonly history?: {
    readonly enabled?: boolean
    readonly showDelete?: boolean
    readonly showRename?: boolean
  }
  readonly startScreen?: {
    readonly greeting?: string
    readonly prompts?: readonly {
      readonly label: string
      readonly prompt: string | readonly OfficialContent[]
      readonly icon?: string
    }[]
  }
  readonly threadItemActions?: { readonly feedback?: boolean; readonly retry?: boolean }
  readonly composer?: OfficialComposer
  readonly disclaimer?: { readonly text: string; readonly highContrast?: boolean }
  readonly entities?: {
    readonly onTagSearch?: (query: string) => Promise<OfficialEntity[]>
    readonly showComposerMenu?: boolean
    readonly onClick?: (entity: OfficialEntity) => void
    readonly onRequestPreview?: (entity: OfficialEntity) => Promise<{ preview: object | null }>
  }
  readonly commands?: {
    readonly enabled: boolean
    readonly onSearch?: (query: string) => Promise<OfficialCommand[]>
    // biome-ignore lint/suspicious/noConfusingVoidType: the official type, which functions return.
    readonly onSelect?: (command: OfficialCommand) => Promise<void | OfficialSelection>
  }
  readonly widgets?: {
    readonly onAction?: (
      action: { type: string; payload?: Record<string, unknown> },
      // The type of a widget is the official package's.
      // biome-ignore lint/suspicious/noExplicitAny: a page may say which widget it expects.
      item: { id: string; widget: any },
    ) => Promise<void>
  }
  readonly thread?: { readonly autoScroll?: boolean }
}

/** A server of the page's own, or OpenAI's, which this element refuses. */
export type OfficialApi =
  | {
      readonly url: string
      readonly fetch?: typeof globalThis.fetch
      /** Is not used: there is no domain to register. */
      readonly domainKey?: string
      readonly uploadStrategy?:
        | { readonly type: 'two_phase' }
        | { readonly type: 'direct'; readonly uploadUrl: string }
    }
  | { readonly getClientSecret: (current: string | null) => Promise<string> }

interface OfficialHeaderAction {
  readonly icon: string
  readonly onClick: () => void
}

interface OfficialComposer {
  readonly placeholder?: string
  readonly attachments?: {
    readonly enabled: boolean
    /** Bytes: of each file, or by MIME type, with `*` for the others. Default 100 MiB. */
    readonly maxSize?: number | Readonly<Record<string, number>>
    readonly maxCount?: number
    /** MIME types, with the file endings of each. */
    readonly accept?: Readonly<Record<string, readonly string[]>>
  }
  readonly tools?: readonly {
    readonly id: string
    readonly label: string
    readonly icon: string
    readonly shortLabel?: string
    readonly placeholderOverride?: string
    readonly pinned?: boolean
    readonly persistent?: boolean
  }[]
  readonly models?: readonly {
    readonly id: string
    readonly label: string
    readonly description?: string
    readonly disabled?: boolean
    readonly default?: boolean
  }[]
  readonly dictation?: { readonly enabled: boolean }
}

/** A thing of the page that a message can mention. */
export interface OfficialEntity {
  title: string
  id: string
  icon?: string
  interactive?: boolean
  group?: string
  data?: Record<string, string>
}

/** A command after `/`. */
export interface OfficialCommand {
  id: string
  label: string
  description?: string
  // biome-ignore lint/suspicious/noExplicitAny: the official package lists the names.
  icon?: any
  group?: string
}

/** What a command leads to. */
export type OfficialSelection =
  | { type: 'entity'; entity: OfficialEntity }
  | { type: 'menu'; commands: OfficialCommand[] }

/** A part of a message. */
export type OfficialContent =
  | { readonly type: 'input_text'; readonly text: string }
  | {
      readonly type: 'input_tag'
      readonly text: string
      readonly id: string
      readonly group?: string
      readonly data?: Readonly<Record<string, unknown>>
      readonly interactive?: boolean
    }

/** A file that the server has already. */
export type OfficialAttachment =
  | {
      readonly type: 'file'
      readonly id: string
      readonly name: string
      readonly mime_type: string
    }
  | {
      readonly type: 'image'
      readonly id: string
      readonly preview_url: string
      readonly name: string
      readonly mime_type: string
    }

/** Returns the parts as the element takes them. Their data goes into JSON, as it is. */
export function partsOf(content: readonly OfficialContent[]): readonly MessagePart[] {
  return content as readonly MessagePart[]
}

/** Returns the files as the element takes them. */
export function filesOf(attachments: readonly OfficialAttachment[]): readonly Attachment[] {
  return attachments as readonly Attachment[]
}
