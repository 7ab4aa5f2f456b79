// Reads the text of a gateway's file: YAML 1.2, bounded, without aliases that grow.

import { isMap, LineCounter, parseDocument } from 'yaml'
import { ConfigError, type PlaceOf, placeOf, placesIn } from './place.ts'

/** A file as it says. Nothing in it is checked yet. */
export interface ReadFile {
  readonly settings: Readonly<Record<string, unknown>>
  readonly placeOf: PlaceOf
}

/** Nodes that the aliases of a file may stand for. */
const MAX_ALIASES = 100
const MAX_CHARS = 1_000_000

/**
 * Parses the text.
 *
 * @throws ConfigError with the place, for what is no YAML, or no map of settings.
 */
export function readText(text: string): ReadFile {
  if (text.length > MAX_CHARS) throw new ConfigError('the file is too long: 1,000,000 characters')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [problem] = document.errors
  if (problem) {
    const { line, col } = lines.linePos(problem.pos[0])
    // Its own message may quote the line, which may hold a secret.
    throw new ConfigError(`this is no YAML (${problem.code})`, { line, column: col })
  }
  const { contents } = document
  if (!isMap(contents))
    throw new ConfigError(
      'the file must be a map of settings, such as "servers:"',
      contents ? placeOf(contents, lines) : undefined,
    )
  try {
    return {
      settings: document.toJS({ maxAliasCount: MAX_ALIASES }),
      placeOf: placesIn(document, lines),
    }
  } catch {
    throw new ConfigError('the file has too many aliases, or one of nothing')
  }
}
