// A framework's stream as events of a run, by a table over the types of its parts. A part that is not
// in the table is skipped, and never ends the answer.

import { type EventWriter, eventWriter, type RunNotes } from '../agent/event-writer.ts'
import type { AgentEvent } from '../agent/events.ts'
import { providerError } from '../agent/model-failure.ts'
import { isObject, type UnknownObject } from '../core/json.ts'

/** What each part becomes, by its type. */
export type Table<Run> = Readonly<Record<string, (part: UnknownObject, run: Run) => void>>

/**
 * Waits until a framework has begun its stream.
 *
 * @throws AuthError `server_unavailable` when it does not begin.
 */
export async function begun<T>(stream: T | PromiseLike<T>): Promise<T> {
  try {
    return await stream
  } catch (error) {
    throw providerError(error)
  }
}

/**
 * Translates the stream.
 *
 * @param runOf What the entries of the table are given, made of the writer of this run.
 */
export async function* translated<Run>(
  stream: AsyncIterable<unknown>,
  table: Table<Run>,
  runOf: (writer: EventWriter) => Run,
  notes: RunNotes,
): AsyncGenerator<AgentEvent, void, undefined> {
  const writer = eventWriter(notes)
  const run = runOf(writer)
  for await (const part of stream) {
    const type = isObject(part) && typeof part.type === 'string' ? part.type : ''
    if (isObject(part) && Object.hasOwn(table, type)) table[type]?.(part, run)
    yield* writer.take()
  }
  writer.end()
  yield* writer.take()
}
