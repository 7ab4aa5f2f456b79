// The fields of a framework's events, which no type of ours describes. Pure.

import type { EventWriter } from '../agent/event-writer.ts'

/** A text; an empty one for anything else. */
export function textIn(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Begins a call, if it has an id and a name. */
export function beginNamed(id: unknown, name: unknown, input: unknown, writer: EventWriter): void {
  if (textIn(id) !== '' && textIn(name) !== '') writer.call(textIn(id), textIn(name), input)
}
