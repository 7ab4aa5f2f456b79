// Reads items from the wire. It checks and completes what the drawing relies on, and leaves out
// what it does not understand.

import type { Attachment, Item } from '../../src/chatkit/protocol/item.ts'
import { asFields, list, text } from './json.ts'

/** Returns the item, or undefined when it cannot be shown. Missing parts get their defaults. */
export function parseItem(value: unknown): Item | undefined {
  const given = asFields(value)
  const { id, type } = given
  if (typeof id !== 'string' || id === '' || typeof type !== 'string') return undefined
  const rest = fields(type, given)
  if (!rest) return undefined
  // Each field was checked for the item's type. The drawing does not rely on more of the wire's
  // types.
  return {
    ...given,
    thread_id: text(given.thread_id) ?? '',
    created_at: text(given.created_at) ?? '',
    ...rest,
  } as Item
}

/**
 * Returns an attachment without its upload address: that is a credential, and the page may keep
 * this.
 */
export function parseAttachment(value: unknown): Attachment | undefined {
  const { id, type, name, mime_type, preview_url } = asFields(value)
  if (typeof id !== 'string') return undefined
  const common = { id, name: text(name) ?? '', mime_type: text(mime_type) ?? '' }
  return type === 'image' && typeof preview_url === 'string'
    ? { ...common, type, preview_url }
    : { ...common, type: 'file' }
}

/**
 * Returns the fields of an item of a known type. Unknown types give undefined, and so do hidden
 * items, which no server should send.
 */
function fields(
  type: string,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | undefined {
  switch (type) {
    case 'user_message':
      return {
        content: list(given.content).filter(isUserContent),
        attachments: list(given.attachments).flatMap(
          (attachment) => parseAttachment(attachment) ?? [],
        ),
        inference_options: asFields(given.inference_options),
      }
    case 'assistant_message':
      return { content: list(given.content).map(assistantContent) }
    case 'client_tool_call':
      return typeof given.name === 'string'
        ? {
            status: oneOf(given.status, ['pending', 'completed']),
            arguments: asFields(given.arguments),
          }
        : undefined
    case 'widget':
      return text(asFields(given.widget).type) === undefined ? undefined : {}
    case 'generated_image':
      return { image: given.image === undefined ? undefined : generatedImage(given.image) }
    case 'structured_input':
      return {
        status: oneOf(given.status, ['pending', 'answered', 'skipped']),
        inputs: list(given.inputs).flatMap(structuredInput),
      }
    case 'task':
      return { task: parseTask(given.task) }
    case 'workflow': {
      const workflow = asFields(given.workflow)
      return {
        workflow: {
          expanded: false,
          type: 'custom',
          ...workflow,
          tasks: list(workflow.tasks).map(parseTask),
        },
      }
    }
    case 'end_of_turn':
      return {}
    default:
      return undefined
  }
}

function isUserContent(value: unknown): boolean {
  const { type, text: words } = asFields(value)
  return (type === 'input_text' || type === 'input_tag') && typeof words === 'string'
}

/** Reads one part of an answer. A refusal and unknown kinds of parts come as their text. */
export function assistantContent(value: unknown): Readonly<Record<string, unknown>> {
  const given = asFields(value)
  return {
    type: 'output_text',
    text: text(given.text) ?? '',
    annotations: list(given.annotations).filter(isAnnotation),
  }
}

/** Whether there is a source to show. */
export function isAnnotation(value: unknown): boolean {
  const { type, title } = asFields(asFields(value).source)
  return typeof type === 'string' && typeof title === 'string'
}

/** Reads a step, with the lists that it must have. */
export function parseTask(value: unknown): Readonly<Record<string, unknown>> {
  const given = asFields(value)
  return {
    ...given,
    type: text(given.type) ?? 'custom',
    status_indicator: oneOf(given.status_indicator, ['none', 'loading', 'complete']),
    ...(given.type === 'web_search'
      ? { queries: list(given.queries).filter((query) => typeof query === 'string') }
      : {}),
    ...(given.type === 'web_search' || given.type === 'file'
      ? { sources: list(given.sources).filter(isSource) }
      : {}),
    ...(given.type === 'thought' ? { content: text(given.content) ?? '' } : {}),
  }
}

function isSource(value: unknown): boolean {
  return typeof asFields(value).title === 'string'
}

/** Reads an image that a model made. */
export function generatedImage(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const { id, url } = asFields(value)
  return typeof url === 'string' ? { id: text(id) ?? '', url } : undefined
}

function structuredInput(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  const given = asFields(value)
  if (typeof given.id !== 'string' || typeof given.question !== 'string') return []
  if (given.type !== 'multiple_choice') return [{ ...given, type: 'freeform' }]
  const options = list(given.options).filter((option) => typeof asFields(option).value === 'string')
  return [{ ...given, options, multiple: given.multiple === true }]
}

/** Returns the value if it is one of the known ones, else the first of them. */
function oneOf(value: unknown, known: readonly string[]): string | undefined {
  return typeof value === 'string' && known.includes(value) ? value : known[0]
}
