// Searches for texts where a Python process could keep them: its environment, its memory, its files.
// The memory of a process can be read on Linux, by the user that it runs as.

import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { NotOffered } from '../issuers-real/tally.ts'

const CHUNK_BYTES = 8 * 1024 * 1024

/** The names of those texts that are in the environment of a process. */
export function inEnvironment(pid: number, texts: Texts): string[] {
  needsProc(pid)
  return found(readFileSync(`/proc/${pid}/environ`), texts)
}

/** The texts to search for, by name. */
export type Texts = Readonly<Record<string, string>>

/** The names of those texts that are in the memory of a process: all of it that can be read. */
export function inMemory(pid: number, texts: Texts): { readonly names: string[]; bytes: number } {
  needsProc(pid)
  const names = new Set<string>()
  let bytes = 0
  // A text may lie across the border of two chunks.
  const overlap = Math.max(...Object.values(texts).map((text) => text.length))
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  try {
    for (const [start, end] of regionsOf(pid))
      for (let at = start; at < end; at += CHUNK_BYTES) {
        const chunk = Buffer.alloc(Math.min(CHUNK_BYTES + overlap, end - at))
        const read = readFrom(memory, chunk, at)
        bytes += Math.min(read, CHUNK_BYTES)
        for (const name of found(chunk.subarray(0, read), texts)) names.add(name)
      }
  } finally {
    closeSync(memory)
  }
  return { names: [...names], bytes }
}

/** The names of those texts that are in the files of a folder whose names match. */
export function inFiles(folder: string, name: RegExp, texts: Texts): string[] {
  return readdirSync(folder)
    .filter((file) => name.test(file))
    .flatMap((file) =>
      found(readFileSync(join(folder, file)), texts).map((text) => `${file}: ${text}`),
    )
}

/**
 * A token as texts to search for: whole, and its last part alone, which is in every copy that was cut
 * at a dot.
 */
export function textsOf(name: string, token: string): Texts {
  const parts = token.split('.')
  return {
    [name]: token,
    ...(parts.length === 3 ? { [`${name}, the signature`]: parts[2] ?? '' } : {}),
  }
}

function found(bytes: Buffer, texts: Texts): string[] {
  return Object.entries(texts).flatMap(([name, text]) => (bytes.includes(text) ? [name] : []))
}

function needsProc(pid: number): void {
  if (!existsSync(`/proc/${pid}/mem`))
    throw new NotOffered('this system has no /proc: the memory of a process cannot be read')
}

/** The regions of a process that it can write to: its data, its stacks, its heaps. */
function regionsOf(pid: number): readonly (readonly [start: number, end: number])[] {
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, start = '', end = ''] = /^([\da-f]+)-([\da-f]+) rw/.exec(line) ?? []
      return start === '' ? [] : [[Number.parseInt(start, 16), Number.parseInt(end, 16)] as const]
    })
}

/** Reads what can be read. A region may be gone by now. */
function readFrom(file: number, into: Buffer, at: number): number {
  try {
    return readSync(file, into, 0, into.length, at)
  } catch {
    return 0
  }
}
