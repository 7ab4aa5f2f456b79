// Makes a report fit for the public: without the secrets that were given or issued, without what looks
// like one, and with no text that is long or controls a terminal.

import type { Credential } from 'onbehalf'
import { createRedactor } from 'onbehalf/mcp'
import { printable } from '../inspect/printable.ts'
import type { Report } from './report.ts'

/** The longest text of a stranger. */
const MAX_TEXT_CHARS = 200

/** The longest sentence or line of ours, with such texts in it. */
const MAX_LINE_CHARS = 1000

/** The entries of a list that are shown. */
const MAX_ENTRIES = 24

/**
 * A JWT, or a piece of one, also encoded once more: its parts begin with `{"`, which is `eyJ` in
 * base64url.
 */
const JWT = /(?:eyJ|ZXlK)[\w+/-]{8,}(?:\.[\w-]*)*/g

/** Makes it. */
export function publicReport(report: Report, secrets: readonly Credential[]): Report {
  // The lines of the code stay lines: all that is foreign in them is in literals.
  const { settings, ...rest } = report
  const whole = { rest, lines: settings.split('\n') }
  // First what looks like a credential: without a piece in its middle, it would not look like one.
  const blanked: unknown = JSON.parse(JSON.stringify(whole, (_, one: unknown) => blank(one)))
  const { value } = createRedactor(secrets).json(blanked)
  const clean: { readonly rest: Report; readonly lines: readonly string[] } = JSON.parse(
    JSON.stringify(value),
  )
  return {
    ...JSON.parse(JSON.stringify(clean.rest, short)),
    settings: clean.lines.map((line) => printable(line, MAX_LINE_CHARS)).join('\n'),
  }
}

function blank(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(JWT, '[credential]') : value
}

function short(key: string, value: unknown): unknown {
  if (typeof value === 'string')
    return printable(value, key === 'says' || key === 'fix' ? MAX_LINE_CHARS : MAX_TEXT_CHARS)
  return Array.isArray(value) ? value.slice(0, MAX_ENTRIES) : value
}
