// `onbehalf inspect --tools`: judges saved tool lists, without any server.

import { type Terminal, UsageError } from '../command.ts'
import { judgeLists } from './judge-lists.ts'
import { listsText } from './lists-text.ts'
import { printable } from './printable.ts'
import { readSavedLists, readTruth } from './saved-lists.ts'
import { suggestStdio } from './suggest-stdio.ts'
import { suggestionBlocks } from './text.ts'
import { inspectTools } from './tools.ts'

/** What is judged. */
export interface ListsRequest {
  /** Files and folders. */
  readonly paths: readonly string[]
  /** A file with the right answers. */
  readonly truth: string | undefined
  /** `stdio:` and a name, for a suggestion; undefined without one. */
  readonly url: string | undefined
  readonly json: boolean
}

/** Reads the lists, judges them, and prints the report. */
export async function inspectLists(
  { paths, truth, url, json }: ListsRequest,
  terminal: Terminal,
): Promise<number> {
  const lists = readSavedLists(paths)
  const [only] = lists
  if (url !== undefined && (!only || lists.length > 1))
    throw new UsageError('with a URL, --tools takes one file')
  const answers = truth === undefined ? undefined : readTruth(truth)
  const report = await judgeLists(lists, answers, terminal.signal)
  const suggestion =
    url !== undefined && only
      ? suggestStdio(url, await inspectTools(only.tools, terminal.signal), only)
      : undefined
  if (json) {
    terminal.out(printableJson(suggestion ? { ...report, suggestion } : report))
    return 0
  }
  const blocks = suggestion ? suggestionBlocks(suggestion) : []
  const text = [listsText(report, !suggestion), ...blocks.map((lines) => lines.join('\n'))].join(
    '\n\n',
  )
  terminal.out(
    text
      .split('\n')
      .map((line) => printable(line, 2_000))
      .join('\n'),
  )
  return 0
}

/** A line of JSON. Characters that a terminal would obey are spelled out. */
function printableJson(value: unknown): string {
  return JSON.stringify(value, (_, one) => (typeof one === 'string' ? printable(one, 2_000) : one))
}
