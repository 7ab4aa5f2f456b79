// One operation of an OpenAPI document as a tool: types only.

import type { UnknownObject } from '../../core/json.ts'

/** Where a parameter goes (OpenAPI 3.1, Parameter Object). */
export type ParameterPlace = 'path' | 'query' | 'header' | 'cookie'

/** How a value is written there. */
export type ParameterStyle = 'simple' | 'form' | 'spaceDelimited' | 'pipeDelimited' | 'deepObject'

/** A parameter of an operation. */
export interface Parameter {
  /** The API's name for it. */
  readonly name: string
  /** The tool's name for it. */
  readonly argument: string
  readonly in: ParameterPlace
  readonly isRequired: boolean
  readonly style: ParameterStyle
  readonly explode: boolean
  /** It is written as JSON (`content` in place of `schema`). */
  readonly isJson: boolean
  readonly schema: unknown
}

/** The body of a request. */
export interface Body {
  /** The tool's name for it. */
  readonly argument: string
  readonly isRequired: boolean
  readonly mediaType: string
  readonly kind: 'json' | 'form'
  readonly schema: unknown
  /** Members of a form that are written as `a[b]`. */
  readonly deep: readonly string[]
}

/** An operation that a tool stands for. */
export interface Operation {
  readonly method: string
  /** The path with its `{names}`, below the URL of the server. */
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly body: Body | undefined
  /** Names that no argument may write. */
  readonly reserved: Reserved
  /** The schema of the structured result. */
  readonly result: UnknownObject | undefined
}

/** What the gateway fills by itself, or what the API's security schemes are about: no argument goes there. */
export interface Reserved {
  /** In lower case. */
  readonly header: ReadonlySet<string>
  readonly query: ReadonlySet<string>
  readonly cookie: ReadonlySet<string>
}
