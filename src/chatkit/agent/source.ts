// An agent's citations as ChatKit sources. Pure.

import type { Citation } from '../../agent/events.ts'
import type { FileSource, UrlSource } from '../protocol/item.ts'

/** The source of a citation. */
export function sourceOf(citation: Citation): UrlSource | FileSource {
  return citation.type === 'url' ? pageOf(citation) : fileOf(citation)
}

/** The sources of those citations that name a page. */
export function pagesIn(citations: readonly Citation[]): readonly UrlSource[] {
  return citations.flatMap((citation) => (citation.type === 'url' ? [pageOf(citation)] : []))
}

/** The sources of those citations that name a file. */
export function filesIn(citations: readonly Citation[]): readonly FileSource[] {
  return citations.flatMap((citation) => (citation.type === 'file' ? [fileOf(citation)] : []))
}

function pageOf({ url, title }: Extract<Citation, { type: 'url' }>): UrlSource {
  return { type: 'url', title, url }
}

function fileOf({ filename }: Extract<Citation, { type: 'file' }>): FileSource {
  return { type: 'file', title: filename, filename }
}
