// Parses requests from JSON. Unknown fields are ignored. No value is converted to another type.

import { granted, type Result } from '../../core/errors.ts'
import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { InferenceOptions, UserContent } from './item.ts'
import type { ChatkitLimits } from './limits.ts'
import { invalid, refuse, type WireRefusal } from './refusal.ts'
import type {
  Action,
  ChatkitRequest,
  JsonParams,
  ListParams,
  RequestMetadata,
  ResumeParams,
  StreamParams,
  StructuredInputAnswers,
  UserMessageInput,
} from './request.ts'
import {
  count,
  dictionary,
  flag,
  list,
  Misshapen,
  maybe,
  object,
  oneOf,
  or,
  type Shape,
  text,
} from './shape.ts'

/** Elements of a page: the default, and the most. */
const PAGE_ITEMS = 20
const MAX_PAGE_ITEMS = 100
/** Parts and attachments of one message, answers to one form, items of one feedback. */
const MAX_PARTS = 100
/** Characters of what is searched for in the conversations. */
const MAX_QUERY_CHARS = 200
/** Levels of a free-form value. `JSON.stringify` of a deeper one could exhaust the stack. */
const MAX_DEPTH = 32

const id = text({ least: 1, most: 256 })
const name = text({ most: 256 })
const filledName = text({ least: 1, most: 256 })

/** Any value that JSON can hold. */
const anyJson: Shape<JsonValue> = (value) => {
  if (value === undefined || !isShallow([value])) throw new Misshapen()
  return value as JsonValue
}

const freeForm: Shape<JsonObject> = (value) => {
  if (!isObject(value) || !isShallow([value])) throw new Misshapen()
  return value as JsonObject
}

const CONTENT: {
  readonly [T in UserContent['type']]: Shape<Extract<UserContent, { readonly type: T }>>
} = {
  input_text: object({ type: oneOf('input_text'), text: text() }),
  input_tag: object<Extract<UserContent, { readonly type: 'input_tag' }>>({
    type: oneOf('input_tag'),
    id,
    text: text(),
    data: or(freeForm, {}),
    group: maybe(name),
    interactive: or(flag, false),
  }),
}

const content: Shape<UserContent> = (value) => {
  const { type } = object<Pick<UserContent, 'type'>>({ type: oneOf('input_text', 'input_tag') })(
    value,
  )
  return CONTENT[type](value)
}

const attachments: Shape<readonly string[]> = (value) => [...new Set(list(id, MAX_PARTS)(value))]

const messageInput = object<UserMessageInput>({
  content: list(content, MAX_PARTS),
  attachments,
  quoted_text: maybe(text()),
  inference_options: object<InferenceOptions>({
    model: maybe(name),
    tool_choice: maybe(object<{ readonly id: string }>({ id })),
  }),
  metadata: maybe(freeForm),
})

const limit: Shape<number> = (value) =>
  Math.min(maybe(count())(value) || PAGE_ITEMS, MAX_PAGE_ITEMS)
const page = { limit, order: or(oneOf('asc', 'desc'), 'desc'), after: maybe(name) } as const

const action = object<Action>({ type: filledName, payload: maybe(anyJson) })
const ofThread = { thread_id: id } as const
const ofAction = object<StreamParams['threads.custom_action']>({
  ...ofThread,
  item_id: maybe(id),
  action,
})

const structuredInput = object<StructuredInputAnswers>({
  status: or(oneOf('answered', 'skipped'), 'answered'),
  answers: or(
    dictionary(
      id,
      object<StructuredInputAnswers['answers'][string]>({
        values: or(list(text(), MAX_PARTS), []),
        skipped: or(flag, false),
      }),
      MAX_PARTS,
    ),
    {},
  ),
})

type Params = StreamParams & JsonParams & { 'onbehalf.runs.resume': ResumeParams }

/** The parameters of each type of request. */
const PARAMS: { readonly [T in keyof Params]: Shape<Params[T]> } = {
  'threads.create': object({ input: messageInput }),
  'threads.add_user_message': object({ ...ofThread, input: messageInput }),
  'threads.add_client_tool_output': object({ ...ofThread, result: anyJson }),
  'threads.add_structured_input': object({ ...ofThread, item_id: id, input: structuredInput }),
  'threads.retry_after_item': object<StreamParams['threads.retry_after_item']>({
    ...ofThread,
    item_id: id,
    onbehalf_keep: maybe(flag),
  }),
  'threads.custom_action': ofAction,
  'onbehalf.branches.edit': object({ ...ofThread, item_id: id, input: messageInput }),
  'onbehalf.branches.choose': object<StreamParams['onbehalf.branches.choose']>({
    ...ofThread,
    item_id: id,
    of: oneOf('message', 'answer'),
    number: count(MAX_PARTS),
  }),
  'threads.sync_custom_action': ofAction,
  'threads.get_by_id': object(ofThread),
  'threads.delete': object(ofThread),
  'threads.list': object<ListParams>(page),
  'threads.update': object({ ...ofThread, title: text() }),
  'items.list': object<JsonParams['items.list']>({ ...ofThread, ...page }),
  'items.feedback': object({
    ...ofThread,
    item_ids: list(id, MAX_PARTS),
    kind: oneOf('positive', 'negative'),
  }),
  // A browser that does not know the type of a file sends ''.
  'attachments.create': object({
    name: filledName,
    size: count(Number.MAX_SAFE_INTEGER),
    mime_type: text({ most: 256 }),
  }),
  'attachments.delete': object({ attachment_id: id }),
  'input.transcribe': object({ audio_base64: text(), mime_type: filledName }),
  'onbehalf.runs.stop': object(ofThread),
  'onbehalf.runs.renew': object(ofThread),
  'onbehalf.threads.search': object({ query: text({ least: 1, most: MAX_QUERY_CHARS }), limit }),
  'onbehalf.runs.resume': object<ResumeParams>({ ...ofThread, after: maybe(id) }),
}

const metadata: Shape<RequestMetadata | undefined> = (value) =>
  value === undefined
    ? undefined
    : dictionary(text(), (member) => member, Number.POSITIVE_INFINITY)(value)

function isType(type: string): type is keyof Params {
  return Object.hasOwn(PARAMS, type)
}

/** Reads a request by its type, which says what its parameters are. */
function requestOf(body: Readonly<Record<string, unknown>>, type: keyof Params): ChatkitRequest {
  const shape = object<{ readonly params: unknown; readonly metadata?: RequestMetadata }>({
    params: PARAMS[type],
    metadata,
  })
  return { type, ...shape(body) } as ChatkitRequest
}

/** Whether a body is a recording by its type. A recording may be larger than other requests. */
export function isRecording(body: unknown): boolean {
  return isObject(body) && body.type === 'input.transcribe'
}

/**
 * Parses a request. The refusal names the place where a request breaks the protocol, never the
 * value there.
 */
export function parseRequest(
  body: unknown,
  limits: ChatkitLimits,
): Result<ChatkitRequest, WireRefusal> {
  if (!isObject(body)) return misplaced('its top level')
  if (typeof body.type !== 'string') return misplaced('type')
  if (!isType(body.type))
    return refuse(invalid('This server does not answer requests of this type.', 'unknown_type'))
  let request: ChatkitRequest
  try {
    request = requestOf(body, body.type)
  } catch (error) {
    if (error instanceof Misshapen) return misplaced(error.path.join('.'))
    throw error
  }
  if (lengthOf(request) > limits.textLength) {
    return refuse(invalid(`The message is longer than ${limits.textLength} characters.`))
  }
  if (request.type === 'threads.update' && request.params.title.length > limits.titleLength) {
    return refuse(invalid(`The title is longer than ${limits.titleLength} characters.`))
  }
  return granted(request)
}

function misplaced(place: string): Result<ChatkitRequest, WireRefusal> {
  return refuse(invalid(`The request is not as the protocol says at ${place}.`))
}

/** Characters of what a person wrote. */
function lengthOf(request: ChatkitRequest): number {
  switch (request.type) {
    case 'threads.create':
    case 'threads.add_user_message':
    case 'onbehalf.branches.edit': {
      const { content, quoted_text } = request.params.input
      return content.reduce((sum, { text }) => sum + text.length, quoted_text?.length ?? 0)
    }
    case 'threads.add_structured_input':
      return Object.values(request.params.input.answers)
        .flatMap(({ values }) => values)
        .reduce((sum, value) => sum + value.length, 0)
    default:
      return 0
  }
}

/**
 * Whether values have few levels. It goes level by level, because a deep value would exhaust the
 * stack of a recursion.
 */
function isShallow(values: readonly unknown[]): boolean {
  let level = values.filter((value) => typeof value === 'object' && value !== null)
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === MAX_DEPTH) return false
    level = level.flatMap((value) =>
      Object.values(value ?? {}).filter(
        (inner: unknown) => typeof inner === 'object' && inner !== null,
      ),
    )
  }
  return true
}
