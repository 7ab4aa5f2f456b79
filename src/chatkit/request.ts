// The requests of the protocol, parsed from JSON. Unknown fields are ignored; numbers and the like are not coerced.

import { z } from 'zod'
import type { InferenceOptions, UserContent } from './item.ts'
import type { JsonObject } from './json.ts'
import type { ChatkitLimits } from './options.ts'
import { done, invalid, type Outcome, refuse } from './refusal.ts'

/** What a person wrote, as it comes in. */
export interface UserMessageInput {
  readonly content: readonly UserContent[]
  /** Ids of attachments. */
  readonly attachments: readonly string[]
  readonly quoted_text?: string
  readonly inference_options: InferenceOptions
}

/** Which part of a list, the limit already within its bounds. */
export interface ListParams {
  readonly limit: number
  readonly order: 'asc' | 'desc'
  readonly after?: string
}

/** The free `metadata` of a request: whatever the client chose to send. */
export type RequestMetadata = Readonly<Record<string, unknown>>

/** A parsed request. Free `metadata` goes on with a message alone, for the app to choose by; nothing here is decided by it. */
export type ChatkitRequest =
  | {
      readonly type: 'threads.create'
      readonly params: { readonly input: UserMessageInput }
      readonly metadata?: RequestMetadata | undefined
    }
  | {
      readonly type: 'threads.add_user_message'
      readonly params: { readonly thread_id: string; readonly input: UserMessageInput }
      readonly metadata?: RequestMetadata | undefined
    }
  | { readonly type: 'threads.get_by_id' | 'threads.delete'; readonly params: { readonly thread_id: string } }
  | { readonly type: 'threads.list'; readonly params: ListParams }
  | { readonly type: 'threads.update'; readonly params: { readonly thread_id: string; readonly title: string } }
  | { readonly type: 'items.list'; readonly params: ListParams & { readonly thread_id: string } }

/** Elements of a page: when none are asked for, and at most. */
const PAGE = 20
const LARGEST_PAGE = 100
/** Parts and attachments of one message. */
const MOST_PARTS = 100
/** Levels of a free-form value: deeper ones cannot be written out again without exhausting the stack. */
const DEEPEST = 32

const id = z.string().min(1).max(256)
const name = z.string().max(256)
const freeForm = z.custom<JsonObject>((value) => isObject(value) && isShallow(value))

const content = z.discriminatedUnion('type', [
  z.object({ type: z.literal('input_text'), text: z.string() }),
  z.object({
    type: z.literal('input_tag'),
    id,
    text: z.string(),
    data: freeForm.default({}),
    group: name.nullish(),
    interactive: z.boolean().default(false),
  }),
])

const messageInput = z
  .object({
    content: z.array(content).max(MOST_PARTS),
    attachments: z.array(id).max(MOST_PARTS),
    quoted_text: z.string().nullish(),
    inference_options: z.object({ model: name.nullish(), tool_choice: z.object({ id }).nullish() }),
  })
  .transform(
    ({ content, attachments, quoted_text, inference_options: { model, tool_choice } }): UserMessageInput => ({
      content: content.map((part): UserContent => {
        if (part.type === 'input_text') return part
        const { group, ...tag } = part
        return { ...tag, ...(typeof group === 'string' ? { group } : {}) }
      }),
      attachments,
      ...(typeof quoted_text === 'string' ? { quoted_text } : {}),
      inference_options: { ...(typeof model === 'string' ? { model } : {}), ...(tool_choice ? { tool_choice } : {}) },
    }),
  )

const list = {
  limit: z
    .number()
    .refine((limit) => Number.isInteger(limit) && limit >= 0)
    .nullish(),
  order: z.enum(['asc', 'desc']).default('desc'),
  after: z.string().max(256).nullish(),
}

function bounds({ limit, order, after }: z.output<z.ZodObject<typeof list>>): ListParams {
  return { limit: Math.min(limit || PAGE, LARGEST_PAGE), order, ...(typeof after === 'string' ? { after } : {}) }
}

function request<T extends ChatkitRequest['type'], P extends z.ZodType>(type: T, params: P) {
  return z.object({ type: z.literal(type), params, metadata: z.record(z.string(), z.unknown()).optional() })
}

const REQUEST = z.discriminatedUnion('type', [
  request('threads.create', z.object({ input: messageInput })),
  request('threads.add_user_message', z.object({ thread_id: id, input: messageInput })),
  request('threads.get_by_id', z.object({ thread_id: id })),
  request('threads.delete', z.object({ thread_id: id })),
  request('threads.list', z.object(list).transform(bounds)),
  request('threads.update', z.object({ thread_id: id, title: z.string() })),
  request(
    'items.list',
    z.object({ thread_id: id, ...list }).transform(({ thread_id, ...page }) => ({ thread_id, ...bounds(page) })),
  ),
])

/** Parses a request, or says where it is not as the protocol says: the place, never the value. */
export function parseRequest(body: unknown, limits: ChatkitLimits): Outcome<ChatkitRequest> {
  const parsed = REQUEST.safeParse(body)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    if (isObject(body) && typeof body.type === 'string' && issue?.code === 'invalid_union' && issue.path[0] === 'type') {
      return refuse(invalid('This server does not answer requests of this type.', 'unknown_type'))
    }
    return refuse(invalid(`The request is not as the protocol says at ${issue?.path.join('.') || 'its top level'}.`))
  }
  const { type, params } = parsed.data
  if ((type === 'threads.create' || type === 'threads.add_user_message') && lengthOf(params.input) > limits.textLength) {
    return refuse(invalid(`The message is longer than ${limits.textLength} characters.`))
  }
  if (type === 'threads.update' && params.title.length > limits.titleLength) {
    return refuse(invalid(`The title is longer than ${limits.titleLength} characters.`))
  }
  return done(parsed.data)
}

function lengthOf({ content, quoted_text }: UserMessageInput): number {
  return content.reduce((sum, { text }) => sum + text.length, quoted_text?.length ?? 0)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Level by level, not by recursion, which is what a deep value would exhaust. */
function isShallow(value: object): boolean {
  let level: object[] = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === DEEPEST) return false
    level = level.flatMap((one) => Object.values(one).filter((inner) => typeof inner === 'object' && inner !== null))
  }
  return true
}
