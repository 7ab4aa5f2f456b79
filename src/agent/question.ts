// What an MCP server asks a person while one of its tools is called (MCP, elicitation), and what the
// person answers. The model sees neither.

/** One choice of a list. */
export interface QuestionOption {
  readonly value: string
  /** The server's words for it. */
  readonly label: string
}

/** What a field takes. */
export type FieldKind =
  | {
      readonly type: 'text'
      readonly format?: 'email' | 'uri' | 'date' | 'date-time'
      readonly minLength?: number
      readonly maxLength?: number
    }
  | {
      readonly type: 'number'
      readonly whole: boolean
      readonly minimum?: number
      readonly maximum?: number
    }
  | { readonly type: 'boolean' }
  | { readonly type: 'choice'; readonly options: readonly QuestionOption[] }
  | {
      readonly type: 'choices'
      readonly options: readonly QuestionOption[]
      readonly minItems?: number
      readonly maxItems?: number
    }

/** What a person fills in. */
export type FieldValue = string | number | boolean | readonly string[]

/** A field of a form. `label` and `description` are the server's words. */
export interface QuestionField {
  readonly name: string
  readonly label: string
  readonly description?: string
  readonly required: boolean
  readonly kind: FieldKind
  /** What is filled in when the form is shown. */
  readonly value?: FieldValue
}

/** A question of a server. `message` is in the server's words. */
export type Question = {
  /** The server, as the operator named it. */
  readonly server: string
  readonly message: string
} & (
  | { readonly type: 'form'; readonly fields: readonly QuestionField[] }
  /** A page that the person has to open themselves: https, or http of this machine. */
  | { readonly type: 'link'; readonly url: string }
)

/**
 * What the person did. `decline`: they said no. `cancel`: they said nothing. For a link, `accept`
 * means that they are back from the page.
 */
export type QuestionAnswer =
  | { readonly action: 'accept'; readonly content?: Readonly<Record<string, FieldValue>> }
  | { readonly action: 'decline' | 'cancel' }

/**
 * Asks the person. It shows what it is given as plain text, and opens no link by itself.
 *
 * @param signal Fires when the answer is not needed any more: the run has ended, or the server says
 *   that the page has done its part.
 */
export type AskPerson = (question: Question, signal: AbortSignal) => Promise<QuestionAnswer>
