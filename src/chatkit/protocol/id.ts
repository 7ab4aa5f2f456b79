// Ids of threads and items. They have the prefixes of OpenAI's reference server, and so many random
// bits that nobody can guess one.

import { randomBytes } from 'node:crypto'

/** What a new item's id is for. */
export type IdKind = 'message' | 'tool_call' | 'workflow' | 'task' | 'hidden'

/** The prefix of each kind of id. */
export const ID_PREFIX: Readonly<Record<IdKind | 'thread' | 'run', string>> = Object.freeze({
  thread: 'thr_',
  run: 'run_',
  message: 'msg_',
  tool_call: 'tc_',
  workflow: 'wf_',
  task: 'tsk_',
  hidden: 'shcx_',
})

/** The prefix and 128 random bits in hex. */
export function randomId(prefix: string): string {
  // Made in one step: V8 keeps a text that grows by two characters as sixteen pairs of texts.
  return prefix + randomBytes(16).toString('hex')
}
