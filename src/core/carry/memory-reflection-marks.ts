// The reference reflection marks: keeps them in this process's memory.

import type { ReflectionMark, ReflectionMarks } from './reflection-marks.ts'

/**
 * Makes marks in memory: for tests, and where a restart may forget which servers sent a credential
 * back.
 */
export function memoryReflectionMarks(): ReflectionMarks {
  const marked = new Map<string, number>()
  return {
    async mark(resource, time): Promise<void> {
      if (!marked.has(resource)) marked.set(resource, time)
    },
    async isMarked(resource): Promise<boolean> {
      return marked.has(resource)
    },
    async list(): Promise<readonly ReflectionMark[]> {
      return [...marked]
        .map(([resource, since]) => ({ resource, since }))
        .sort((one, other) => one.since - other.since)
    },
    async clear(resource): Promise<boolean> {
      return marked.delete(resource)
    },
  }
}
