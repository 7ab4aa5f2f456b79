// Reads what a target says of its own secrets: lines of JSON with the member `leaktest` on its standard
// output, such as {"leaktest":{"secrets":[{"kind":"cookie key","text":"…"}]}}.

import type { Tape } from '../house/tape.ts'

/** What was announced, beside secrets, which are in the ledger. */
export interface Announced {
  /** Tokens by person. */
  readonly people: ReadonlyMap<string, string>
  /** Files and folders to search. */
  readonly files: readonly string[]
}

/** Takes the announcements out of what was printed until now. */
export function takeAnnouncements(tape: Tape): Announced {
  const people = new Map<string, string>()
  const files: string[] = []
  for (const [index, record] of tape.records.entries()) {
    if (record.sink !== 'output') continue
    const kept = record.body
      .toString('utf8')
      .split('\n')
      .filter((line) => !read(line, tape, people, files))
    tape.records[index] = { ...record, body: Buffer.from(kept.join('\n')) }
  }
  return { people, files }
}

function read(
  line: string,
  { ledger }: Tape,
  people: Map<string, string>,
  files: string[],
): boolean {
  const { leaktest } = objectOf(parse(line))
  if (typeof leaktest !== 'object' || leaktest === null) return false
  const said = objectOf(leaktest)
  for (const one of Array.isArray(said.secrets) ? said.secrets : []) {
    const { kind, owner, text } = objectOf(one)
    if (typeof kind !== 'string' || typeof text !== 'string') continue
    ledger.add({ kind, text, ...(typeof owner === 'string' ? { owner } : {}), homes: [] })
  }
  for (const [name, token] of Object.entries(objectOf(said.people)))
    if (typeof token === 'string') people.set(name, token)
  for (const file of Array.isArray(said.files) ? said.files : [])
    if (typeof file === 'string') files.push(file)
  return true
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function parse(line: string): unknown {
  if (!line.includes('"leaktest"')) return undefined
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
