// Requests parsed from JSON. Unknown fields are ignored; numbers and the like are not coerced.

import { z } from 'zod'
import type { UserContent } from './item.ts'
import type { Json, JsonObject } from './json.ts'
import type { ChatkitLimits } from './options.ts'
import { done, invalid, type Outcome, refuse } from './refusal.ts'
import type { Action, ChatkitRequest, ListParams, UserMessageInput } from './request.ts'

/** Elements of a page: when none are asked for, and at most. */
const PAGE = 20
const LARGEST_PAGE = 100
/** Parts and attachments of one message, answers to one form, items of one feedback. */
const MOST_PARTS = 100
/** Levels of a free-form value: deeper ones cannot be written out again without exhausting the stack. */
const DEEPEST = 32

const id = z.string().min(1).max(256)
const name = z.string().max(256)
const anyJson = z.custom<Json>((value) => value !== undefined && isShallow([value]))
const freeForm = z.custom<JsonObject>((value) => isObject(value) && isShallow([value]))

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
        return typeof group === 'string' ? { ...tag, group } : tag
      }),
      attachments: [...new Set(attachments)],
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

const action = z
  .object({ type: name.min(1), payload: anyJson.nullish() })
  .transform(({ type, payload }): Action => ({ type, ...(payload === undefined || payload === null ? {} : { payload }) }))

const actionParams = z
  .object({ thread_id: id, item_id: id.nullish(), action })
  .transform(({ item_id, ...params }) => ({ ...params, ...(typeof item_id === 'string' ? { item_id } : {}) }))

const structuredInput = z.object({
  status: z.enum(['answered', 'skipped']).default('answered'),
  answers: z
    .record(id, z.object({ values: z.array(z.string()).max(MOST_PARTS).default([]), skipped: z.boolean().default(false) }))
    .refine((answers) => Object.keys(answers).length <= MOST_PARTS)
    .default({}),
})

function request<T extends ChatkitRequest['type'], P extends z.ZodType>(type: T, params: P) {
  return z.object({ type: z.literal(type), params, metadata: z.record(z.string(), z.unknown()).optional() })
}

const REQUEST = z.discriminatedUnion('type', [
  request('threads.create', z.object({ input: messageInput })),
  request('threads.add_user_message', z.object({ thread_id: id, input: messageInput })),
  request('threads.add_client_tool_output', z.object({ thread_id: id, result: anyJson })),
  request('threads.add_structured_input', z.object({ thread_id: id, item_id: id, input: structuredInput })),
  request('threads.retry_after_item', z.object({ thread_id: id, item_id: id })),
  request('threads.custom_action', actionParams),
  request('threads.sync_custom_action', actionParams),
  request('threads.get_by_id', z.object({ thread_id: id })),
  request('threads.delete', z.object({ thread_id: id })),
  request('threads.list', z.object(list).transform(bounds)),
  request('threads.update', z.object({ thread_id: id, title: z.string() })),
  request(
    'items.list',
    z.object({ thread_id: id, ...list }).transform(({ thread_id, ...page }) => ({ thread_id, ...bounds(page) })),
  ),
  request(
    'items.feedback',
    z.object({ thread_id: id, item_ids: z.array(id).max(MOST_PARTS), kind: z.enum(['positive', 'negative']) }),
  ),
  request(
    'attachments.create',
    z.object({
      name: name.min(1),
      size: z.number().refine((size) => Number.isSafeInteger(size) && size >= 0),
      mime_type: name.min(1),
    }),
  ),
  request('attachments.delete', z.object({ attachment_id: id })),
  request('input.transcribe', z.object({ audio_base64: z.string(), mime_type: name.min(1) })),
  request('onbehalf.runs.stop', z.object({ thread_id: id })),
  request(
    'onbehalf.runs.resume',
    z
      .object({ thread_id: id, after: id.nullish() })
      .transform(({ thread_id, after }) => ({ thread_id, ...(typeof after === 'string' ? { after } : {}) })),
  ),
])

/** Whether a body is, by its type, a recording, which may be larger than other requests. */
export function isRecording(body: unknown): boolean {
  return isObject(body) && body.type === 'input.transcribe'
}

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
  const length = lengthOf(parsed.data)
  if (length > limits.textLength) return refuse(invalid(`The message is longer than ${limits.textLength} characters.`))
  if (parsed.data.type === 'threads.update' && parsed.data.params.title.length > limits.titleLength) {
    return refuse(invalid(`The title is longer than ${limits.titleLength} characters.`))
  }
  return done(parsed.data)
}

/** Characters of what a person wrote. */
function lengthOf(request: ChatkitRequest): number {
  switch (request.type) {
    case 'threads.create':
    case 'threads.add_user_message': {
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

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Level by level, not by recursion, which is what a deep value would exhaust. */
function isShallow(values: readonly unknown[]): boolean {
  let level = values.filter((one) => typeof one === 'object' && one !== null)
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === DEEPEST) return false
    level = level.flatMap((one) =>
      Object.values(one ?? {}).filter((inner: unknown) => typeof inner === 'object' && inner !== null),
    )
  }
  return true
}
