// Ids of threads and items: the reference's prefixes, but too many random bits to guess or to collide.

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
  let text = prefix
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) text += byte.toString(16).padStart(2, '0')
  return text
}
