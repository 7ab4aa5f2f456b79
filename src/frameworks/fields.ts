// The fields of a framework's events, which no type of ours describes. Pure.

import type { EventWriter } from '../agent/event-writer.ts'
import type { Citation } from '../agent/events.ts'
import { isObject, type UnknownObject } from '../core/json.ts'

/** A text; an empty one for anything else. */
export function textIn(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The objects of a list. The result is empty for anything that is not a list. */
export function objectsIn(value: unknown): readonly UnknownObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** The page or the file that a source names. Only a page of the web is linked. */
export function pageIn(source: UnknownObject): Citation | undefined {
  const { sourceType, url, title, filename } = source
  const page = textIn(url)
  if (sourceType === 'url' && /^https?:\/\//.test(page) && URL.canParse(page))
    return { type: 'url', url: page, title: textIn(title) || new URL(page).host }
  const name = textIn(filename) || textIn(title)
  return sourceType === 'document' && name !== '' ? { type: 'file', filename: name } : undefined
}

/** Begins a call, if it has an id and a name. */
export function beginNamed(id: unknown, name: unknown, input: unknown, writer: EventWriter): void {
  if (textIn(id) !== '' && textIn(name) !== '') writer.call(textIn(id), textIn(name), input)
}
