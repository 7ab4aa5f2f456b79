// Reads the files and the printed dumps that a target keeps things in.

import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { CommandError } from '../../command.ts'
import type { SinkSource } from '../config/target.ts'
import type { Tape } from '../house/tape.ts'
import { smallEnvironment } from './program.ts'

/** Bytes of one file that are searched: its end, where it is larger. */
const MAX_FILE_BYTES = 64 * 1024 * 1024
/** Bytes of a file that is searched as one. */
const WHOLE_BYTES = 1024 * 1024
const BLOCK_BYTES = 64 * 1024
const OVERLAP_BYTES = 8 * 1024
const MAX_DUMP_BYTES = 256 * 1024 * 1024

/** A sink that a target names, its placeholders filled. */
export type FilledSource = SinkSource

/**
 * Records what sinks hold now.
 *
 * @throws CommandError when a command fails.
 */
export async function recordSources(
  sources: readonly FilledSource[],
  tape: Tape,
  when: string,
): Promise<void> {
  for (const source of sources) {
    if ('command' in source) {
      const body = await printedBy(source.command)
      tape.note({ sink: `${source.kind} ${source.command[0]}`, place: `dump, ${when}`, body })
      continue
    }
    for (const path of await pathsOf(source.path)) await recordFile(source.kind, path, tape, when)
  }
}

/** The names of the sinks that sources make: one for each, whatever files it has. */
export async function recordFile(
  kind: string,
  path: string,
  tape: Tape,
  when: string,
): Promise<void> {
  const body = await readFile(path).catch(() => Buffer.alloc(0))
  if (body.length === 0) return
  const sink = `${kind} ${basename(path).replace(/-(?:wal|shm|journal)$/, '')}`
  for (const block of blocksOf(body.subarray(-MAX_FILE_BYTES)))
    tape.note({ sink, place: `${basename(path)}, ${when}`, body: block })
}

/**
 * A large file in blocks that overlap by more than any encoded secret is long. Those that have not
 * changed since it was read before are not searched again.
 */
function blocksOf(body: Buffer): readonly Buffer[] {
  if (body.length <= WHOLE_BYTES) return [body]
  const blocks: Buffer[] = []
  for (let at = 0; at < body.length; at += BLOCK_BYTES)
    blocks.push(body.subarray(at, at + BLOCK_BYTES + OVERLAP_BYTES))
  return blocks
}

/** All files that a path means: itself and what SQLite keeps beside it, a folder's, or a pattern's. */
async function pathsOf(path: string): Promise<readonly string[]> {
  const known = await stat(path).catch(() => undefined)
  if (known?.isDirectory()) {
    const entries = await readdir(path, { recursive: true, withFileTypes: true })
    return entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
  }
  if (!path.includes('*')) return ['', '-wal', '-shm', '-journal'].map((end) => `${path}${end}`)
  const [first = '', ...more] = basename(path).split('*')
  const names = await readdir(dirname(path)).catch(() => [])
  return names
    .filter((name) => name.startsWith(first) && name.endsWith(more.at(-1) ?? ''))
    .map((name) => join(dirname(path), name))
}

async function printedBy([program = '', ...args]: readonly string[]): Promise<Buffer> {
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      encoding: 'buffer',
      maxBuffer: MAX_DUMP_BYTES,
      env: smallEnvironment(),
    })
    return stdout
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'unknown'
    throw new CommandError(`the command of a sink failed: ${program} (${code})`)
  }
}

/** The names of the files in a folder and below. */
export async function filesIn(folder: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return new Set(
    entries
      .filter((one) => one.isFile() && !one.parentPath.includes('node_modules'))
      .map((one) => join(one.parentPath, one.name)),
  )
}
