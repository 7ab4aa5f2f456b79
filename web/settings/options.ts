// What the larger settings of a host page look like: choices, start prompts, the header, and the
// things of the page that a person can mention.

import type { UserContent } from '../../src/chatkit/protocol/item.ts'

/** Something that the person can choose: a model or a tool for a message, or a button's action. */
export interface Choice {
  readonly id: string
  readonly label: string
}

/** A model that the person can choose. */
export interface ModelChoice extends Choice {
  readonly description?: string
  /** It is shown, and cannot be chosen. */
  readonly disabled?: boolean
  /** It is chosen at first. Otherwise the first one is. */
  readonly default?: boolean
}

/** A tool that the person can choose for a message. */
export interface ToolChoice extends Choice {
  /** A name of the protocol's icons, such as `globe`. Shown on a pinned tool. */
  readonly icon?: string
  /** The label of the button of a pinned tool. */
  readonly shortLabel?: string
  /** The placeholder of the field while the tool is chosen. */
  readonly placeholder?: string
  /** Whether it has a button of its own beside the list. */
  readonly pinned?: boolean
  /** Whether it stays chosen after a message. Default true. */
  readonly persistent?: boolean
}

/** A message that the person can start with. */
export interface StarterPrompt {
  readonly label: string
  /** What is sent: a text, or parts with tags. Default: the label. */
  readonly prompt?: string | readonly MessagePart[]
  /** A name of the protocol's icons. */
  readonly icon?: string
}

/** A part of a message. What a tag leaves out is empty. */
export type MessagePart =
  | Extract<UserContent, { readonly type: 'input_text' }>
  | (Pick<Tag, 'type' | 'id' | 'text' | 'group'> & Partial<Tag>)

type Tag = Extract<UserContent, { readonly type: 'input_tag' }>

/** The bar above the conversation. */
export interface HeaderOptions {
  /** Whether there is none. Its buttons are gone, too: call `showHistory` and `newThread`. */
  readonly hidden?: boolean
  /** A text in place of the conversation's title; false for no title. */
  readonly title?: string | false
  readonly left?: HeaderAction
  readonly right?: HeaderAction
}

/** A button of the page in the bar. */
export interface HeaderAction {
  /** A name of the component's or the protocol's icons. */
  readonly icon: string
  /** What a screen reader says, and a mouse shows. */
  readonly label: string
  readonly onClick: () => void
}

/** A line below the composer. */
export interface Disclaimer {
  /** Markdown. */
  readonly text: string
  readonly highContrast?: boolean
}

/** A thing of the page: a person, a document, an order. */
export interface Entity {
  readonly id: string
  readonly title: string
  readonly icon?: string
  readonly group?: string
  /** Whether it can be pressed, or previewed. */
  readonly interactive?: boolean
  /** Is sent with the message that mentions it. */
  readonly data?: Readonly<Record<string, string>>
}

/** The things of the page that the person can mention with `@`, press, and preview. */
export interface EntityOptions {
  /** Finds what the person may mean. The query is what stands after `@`. */
  readonly search?: (query: string) => Promise<readonly Entity[]>
  /** Whether a button beside the field types the `@`. Default false. */
  readonly button?: boolean
  readonly onClick?: (entity: Entity) => void
  /** Returns the widget that is shown beside an entity, or null for none. */
  readonly preview?: (entity: Entity) => Promise<object | null>
}

/** Something that the person does with `/`. */
export interface Command extends Choice {
  readonly description?: string
  readonly icon?: string
  readonly group?: string
}

/** The commands that the person can give with `/`. */
export interface CommandOptions {
  /** Finds the commands. The query is what stands after `/`. */
  readonly search: (query: string) => Promise<readonly Command[]>
  /** Runs one. It may return an entity to mention, or commands to choose from next. */
  readonly select: (
    command: Command,
  ) => Promise<{ readonly entity: Entity } | { readonly commands: readonly Command[] } | undefined>
}
