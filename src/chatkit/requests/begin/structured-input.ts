// The answers to a form in the conversation.

import { granted, type Result } from '../../../core/errors.ts'
import type { ChatCaller } from '../../options.ts'
import type { ThreadStreamEvent } from '../../protocol/event.ts'
import type { StructuredInput, StructuredInputItem } from '../../protocol/item.ts'
import { conflict, NOT_FOUND, refuse, type WireRefusal } from '../../protocol/refusal.ts'
import type { StreamParams, StructuredInputAnswers } from '../../protocol/request.ts'
import type { ThreadState } from '../../protocol/thread.ts'
import { findShownItem } from '../items.ts'
import { type Beginning, type BeginParts, respondTo, streamOptions } from './beginning.ts'

/** Stores the answers in the form. */
export async function addStructuredInput<C extends ChatCaller>(
  thread: ThreadState,
  { item_id, input }: StreamParams['threads.add_structured_input'],
  parts: BeginParts<C>,
): Promise<Result<Beginning<C>, WireRefusal>> {
  const item = await findShownItem(parts.threads, thread.id, item_id)
  if (!item) return refuse(NOT_FOUND)
  if (item.type !== 'structured_input' || item.status !== 'pending') {
    return refuse(conflict('not_pending'))
  }
  const answered: StructuredInputItem = {
    ...item,
    status: input.status,
    inputs: item.inputs.map((field) => ({ ...field, answer: answerTo(field, input) })),
  }
  if (!(await parts.threads.change(thread.id, { save: [answered] }))) return refuse(NOT_FOUND)
  const replaced: ThreadStreamEvent = { type: 'thread.item.replaced', item: answered }
  return granted({
    thread,
    prelude: [streamOptions(parts), replaced],
    begin: respondTo(thread, undefined, parts),
  })
}

/** A person may also answer freely, so values need not be among the options. */
function answerTo(input: StructuredInput, { status, answers }: StructuredInputAnswers) {
  const given = Object.hasOwn(answers, input.id) ? answers[input.id] : undefined
  if (status === 'skipped' || !given || given.skipped || given.values.length === 0)
    return { values: [], skipped: true }
  const isSingle = input.type === 'multiple_choice' && !input.multiple
  return { values: isSingle ? given.values.slice(0, 1) : given.values, skipped: false }
}
