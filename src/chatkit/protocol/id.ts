// Makes the ids of threads and items. They have the prefixes of the reference server, and too many
// random bits for anybody to guess one or for two to be the same.

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

/** Random bytes in an id: 128 bits. */
const RANDOM_BYTES = 16

/** The two hex digits of each byte. */
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
)

/** Makes an id: the prefix, then 128 random bits in hex. */
export function randomId(prefix: string): string {
  const digits = Array.from(
    crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)),
    (byte) => HEX[byte],
  )
  // Joined at once: the engine keeps a text that grows piece by piece as a chain of small texts,
  // which takes more memory.
  return prefix + digits.join('')
}
