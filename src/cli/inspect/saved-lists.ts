// Reads tool lists that were saved to files: what a server answered to `tools/list`, or the array of
// tools in it. It judges nothing.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { CommandError } from '../command.ts'
import { isObject, type UnknownObject } from './ask.ts'
import { printable } from './printable.ts'

/** A saved list. */
export interface SavedList {
  /** The file's name, without `.json`. */
  readonly name: string
  readonly tools: readonly UnknownObject[]
}

/** The right answers: by list and pointer, the tools, or `all` that have the parameter. */
export type Truth = Readonly<Record<string, Readonly<Record<string, readonly string[] | 'all'>>>>

const MAX_FILE_BYTES = 32 * 1024 * 1024
const MAX_FILES = 256

/**
 * Reads lists.
 *
 * @param paths Files, and folders of files that end in `.json`.
 * @throws CommandError for a path that cannot be read, and for a file that holds no list.
 */
export function readSavedLists(paths: readonly string[]): readonly SavedList[] {
  const files = paths.flatMap(filesAt)
  if (files.length > MAX_FILES) throw new CommandError(`there are more than ${MAX_FILES} files`)
  return files.map((file) => {
    const tools = toolsIn(parsed(readTextFile(file), file))
    if (!tools) throw new CommandError(`${printable(file)} holds no list of tools`)
    return { name: printable(basename(file, '.json')), tools }
  })
}

/** Reads the right answers. */
export function readTruth(file: string): Truth {
  const value = parsed(readTextFile(file), file)
  const lists = isObject(value) ? Object.entries(value) : []
  return Object.fromEntries(
    lists.map(([list, pointers]) => [
      list,
      Object.fromEntries(
        Object.entries(isObject(pointers) ? pointers : {}).map(([pointer, tools]) => [
          pointer,
          Array.isArray(tools)
            ? tools.filter((tool) => typeof tool === 'string')
            : ('all' as const),
        ]),
      ),
    ]),
  )
}

function filesAt(path: string): readonly string[] {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats) throw new CommandError(`${printable(path)} is not there`)
  if (!stats.isDirectory()) return [path]
  const names = readdirSync(path).filter((name) => name.endsWith('.json'))
  if (names.length === 0)
    throw new CommandError(`${printable(path)} has no file that ends in .json`)
  return names.sort().map((name) => join(path, name))
}

function readTextFile(file: string): string {
  const size = statSync(file, { throwIfNoEntry: false })?.size
  if (size === undefined) throw new CommandError(`${printable(file)} is not there`)
  if (size > MAX_FILE_BYTES) throw new CommandError(`${printable(file)} is larger than 32 MiB`)
  return readFileSync(file, 'utf8')
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's message quotes the file.
    throw new CommandError(`${printable(file)} is no JSON`)
  }
}

/**
 * Gives the tools in what was saved: an array, a result, or a whole answer. Undefined for anything
 * else.
 */
export function toolsIn(value: unknown): readonly UnknownObject[] | undefined {
  if (Array.isArray(value)) return value.filter(isObject)
  if (!isObject(value)) return undefined
  if (Array.isArray(value.tools)) return value.tools.filter(isObject)
  const { result } = value
  return isObject(result) && Array.isArray(result.tools) ? result.tools.filter(isObject) : undefined
}
