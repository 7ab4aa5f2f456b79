// What a model's provider says of its own tools, sources and images (OpenAI's Responses API): foreign JSON, read field by field. Pure.

import type { AgentEvent, Citation, HostedTool } from '../agent/events.ts'

/** Foreign JSON, as an object. */
export type Fields = Readonly<Record<string, unknown>>

/** Whether foreign JSON is an object. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A list of objects; anything else is none. */
export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : []
}

/** A text that is there. */
export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The tool that an item of the provider's is a call of. */
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

/** A finished call of a hosted tool. The code that was run, and what it printed, is not shown. */
export function hostedDone(callId: string, tool: HostedTool, item: Fields): AgentEvent {
  const action = isFields(item.action) ? item.action : {}
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
    sources: once(sources.filter((source) => source !== undefined)),
  }
}

/** A mark in a text, with the position that the provider gave. What names neither a page nor a file is none. */
export function citationOf(annotation: Fields): Citation | undefined {
  switch (annotation.type) {
    case 'url_citation':
      return placed(citedPage(annotation), annotation.end_index)
    case 'file_citation':
      return placed(citedFile(annotation), annotation.index)
    case 'container_file_citation':
      return placed(citedFile(annotation), annotation.end_index)
    default:
      return undefined
  }
}

/** An image as a data URL; undefined for what is no base64. */
export function imageUrl(base64: unknown, format: unknown): string | undefined {
  if (typeof base64 !== 'string' || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined
  return `data:image/${format === 'jpeg' || format === 'webp' ? format : 'png'};base64,${base64}`
}

/** Only what a link may lead to: a provider's words are the model's, and a model's are whoever's it has read. */
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

function placed(citation: Citation | undefined, index: unknown): Citation | undefined {
  return citation && Number.isSafeInteger(index) && typeof index === 'number' && index >= 0
    ? { ...citation, index }
    : citation
}

function once(sources: readonly Citation[]): readonly Citation[] {
  return [
    ...new Map(
      sources.map((source) => [source.type === 'url' ? source.url : source.filename, source]),
    ).values(),
  ]
}
