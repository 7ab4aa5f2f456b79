// The answers that run in this process, one a thread at most: two at once would write into each other's conversation.

import type { Answer } from './answer.ts'

/** A thread taken for one answer. */
export interface Claim {
  /** The answer that runs now. */
  start(answer: Answer): void
  /** The thread is free again. */
  release(): void
}

/** The running answers. */
export interface RunningAnswers {
  /** Takes a thread; undefined while another answer runs in it. One that is being stopped is waited for, a little. */
  claim(key: string): Promise<Claim | undefined>
  /** Ends the answer of a thread that is gone. */
  stop(key: string): Promise<void>
}

/** Milliseconds that a stopped answer has to put away what it wrote. */
const LONGEST_STOP = 2000

interface Entry {
  answer?: Answer
  readonly released: Promise<void>
}

/** Makes the register. */
export function runningAnswers(): RunningAnswers {
  const running = new Map<string, Entry>()
  return {
    async claim(key): Promise<Claim | undefined> {
      const before = running.get(key)
      if (before?.answer?.isOver()) {
        let timer: ReturnType<typeof setTimeout> | undefined
        await Promise.race([
          before.released,
          new Promise<void>((resolve) => {
            timer = setTimeout(resolve, LONGEST_STOP)
          }),
        ])
        clearTimeout(timer)
      }
      if (running.has(key)) return undefined
      let free = () => {}
      const entry: Entry = {
        released: new Promise((resolve) => {
          free = resolve
        }),
      }
      running.set(key, entry)
      return {
        start: (answer) => {
          entry.answer = answer
        },
        release: () => {
          if (running.get(key) === entry) running.delete(key)
          free()
        },
      }
    },
    async stop(key): Promise<void> {
      await running.get(key)?.answer?.stop('deleted')
    },
  }
}
