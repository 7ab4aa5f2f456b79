// What a model's provider says about its own tools, sources and images (OpenAI's Responses API):
// foreign JSON, read field by field. Pure.

import type { AgentEvent, Citation, HostedTool } from '../../agent/events.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'

/** An object from a provider. */
export type Fields = UnknownObject

/** The objects of a list. The result is empty for anything that is not a list. */
export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** A text that is not empty, or undefined. */
export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Which hosted tool an item of this type calls. */
export function hostedToolOf(type: unknown): HostedTool | undefined {
  switch (type) {
    case 'web_search_call':
      return 'web_search'
    case 'file_search_call':
      return 'file_search'
    case 'code_interpreter_call':
      return 'code_interpreter'
    default:
      return undefined
  }
}

/** A finished call of a hosted tool. The code that ran and its output are left out. */
export function hostedDone(callId: string, tool: HostedTool, item: Fields): AgentEvent {
  const action = isObject(item.action) ? item.action : {}
  const named = Array.isArray(item.queries)
    ? item.queries
    : Array.isArray(action.queries)
      ? action.queries
      : [action.query]
  const sources =
    tool === 'file_search'
      ? listOf(item.results).map(citedFile)
      : listOf(action.sources).map(citedPage)
  return {
    type: 'hosted_done',
    callId,
    tool,
    queries: tool === 'code_interpreter' ? [] : named.flatMap((query) => textIn(query) ?? []),
    sources: withoutRepeats(sources.filter((source) => source !== undefined)),
  }
}

/**
 * The citation of an annotation, with the provider's position. Undefined when it names neither a
 * page nor a file.
 */
export function citationOf(annotation: Fields): Citation | undefined {
  switch (annotation.type) {
    case 'url_citation':
      return withIndex(citedPage(annotation), annotation.end_index)
    case 'file_citation':
      return withIndex(citedFile(annotation), annotation.index)
    case 'container_file_citation':
      return withIndex(citedFile(annotation), annotation.end_index)
    default:
      return undefined
  }
}

/** An image as a data URL. Undefined when the text is not base64. */
export function imageUrl(base64: unknown, format: unknown): string | undefined {
  if (typeof base64 !== 'string' || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined
  return `data:image/${format === 'jpeg' || format === 'webp' ? format : 'png'};base64,${base64}`
}

/**
 * Takes http and https URLs only. The model chooses the URL, and a text that the model has read may
 * have chosen it for the model.
 */
function citedPage({ url, title }: Fields): Citation | undefined {
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined
  const { protocol, host } = new URL(url)
  return protocol === 'https:' || protocol === 'http:'
    ? { type: 'url', url, title: textIn(title) ?? host }
    : undefined
}

function citedFile({ filename }: Fields): Citation | undefined {
  const name = textIn(filename)
  return name === undefined ? undefined : { type: 'file', filename: name }
}

function withIndex(citation: Citation | undefined, index: unknown): Citation | undefined {
  return citation && Number.isSafeInteger(index) && typeof index === 'number' && index >= 0
    ? { ...citation, index }
    : citation
}

function withoutRepeats(sources: readonly Citation[]): readonly Citation[] {
  return [
    ...new Map(
      sources.map((source) => [source.type === 'url' ? source.url : source.filename, source]),
    ).values(),
  ]
}
