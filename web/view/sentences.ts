// Sentences for the person that are made of more than one word of the interface.

import type { ChatState, RunOutcome } from '../chat/parts.ts'
import type { AttachmentOptions } from '../chat/send-file.ts'
import { limitsOf, type UploadProblem } from '../chat/uploads.ts'
import type { Words } from '../settings/words.ts'

/** A screen reader reads at most so many characters of an answer. */
const MAX_SAID_CHARS = 2000

/** Says why a file is not taken. */
export function describeProblem(
  problem: UploadProblem,
  options: AttachmentOptions | undefined,
  words: Words,
): string {
  const { maxBytes, maxCount } = limitsOf(options ?? {})
  if (problem.why === 'count') return words('tooManyFiles', { count: String(maxCount) })
  const { name, message } = problem
  switch (problem.why) {
    case 'size':
      return words('fileTooLarge', {
        name,
        size: `${Math.floor((maxBytes / 1024 / 1024) * 10) / 10} MB`,
      })
    case 'type':
      return words('fileType', { name })
    case 'failed':
      return message || words('uploadFailed', { name })
  }
}

/**
 * Returns what a screen reader says when an answer has ended: the whole text once, not piece by
 * piece.
 */
export function describeEnd(
  outcome: RunOutcome,
  { conversation }: ChatState,
  words: Words,
): string {
  if (outcome === 'stopped') return words('stopped')
  if (outcome === 'failed') return conversation.failure?.message ?? words('failed')
  const last = conversation.entries.findLast(({ item }) => item.type === 'assistant_message')?.item
  const text =
    last?.type === 'assistant_message' ? last.content.map((part) => part.text).join(' ') : ''
  return words('answered', { text: text.slice(0, MAX_SAID_CHARS) })
}
