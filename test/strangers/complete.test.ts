// No parser is missed: each file that reads anything is named by a parser that faces a stranger, or
// stands in the list of the others with its reason.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, sourcesUnder } from '../architecture/sources.ts'
import { folderOf } from './parser.ts'
import { OTHERS, PARSERS } from './parsers.ts'

/** What a file does that reads text or bytes from somewhere. */
const READS =
  /\bJSON\.parse\(|\bparseJson\(|\bdecodeProtectedHeader\(|\bcreateLocalJWKSet\(|\bnew TextDecoder\(|\bBusboy\b|\bparseArgs\(|\bsearchParams\b|\bURLSearchParams\b|\bheaders\.get\(|\.matchAll\(|\bexport (?:async )?function (?:parse|read|judge|decode|take)[A-Z]/

const reading = [...sourcesUnder('src'), ...sourcesUnder('web')]
  .filter(({ code }) => READS.test(code))
  .map(({ path }) => path)
const named = new Set(PARSERS.flatMap(({ files }) => files))
const excuses = Object.keys(OTHERS)
const isExcused = (path: string) =>
  excuses.some((excuse) => (excuse.endsWith('.ts') ? path === excuse : path.startsWith(excuse)))

describe('the list of parsers that face a stranger', () => {
  it('misses none', () => {
    expect(reading.filter((path) => !named.has(path) && !isExcused(path))).toEqual([])
  })

  it('names files that are there', () => {
    expect([...named, ...excuses].filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })

  it('excuses only files that read something, and that no parser names', () => {
    expect([...named].filter(isExcused)).toEqual([])
    expect(excuses.filter((excuse) => !reading.some((path) => path.startsWith(excuse)))).toEqual([])
  })

  it('has one folder of the corpus at most for each parser, and no other', () => {
    const folders = PARSERS.map(folderOf)
    expect(new Set(folders).size).toBe(folders.length)
    const kept = readdirSync(new URL('corpus', import.meta.url))
    expect(kept.filter((folder) => !folders.includes(folder))).toEqual([])
  })
})
