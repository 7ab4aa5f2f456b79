// The check of a template in a setting.

import { granted, type Result } from '../errors.ts'
import type { Problem } from './problem.ts'
import { isFilled, literalsOf, type Piece, parseTemplate } from './template.ts'

/**
 * Reads a template, and says what is wrong with it at its setting.
 *
 * @param value Undefined for the setting's default, which is right.
 * @param takes Whether the place takes a literal text.
 * @param taken What it takes, in words.
 */
export function checkedTemplate(
  setting: string,
  value: string | undefined,
  takes: (text: string) => boolean,
  taken: string,
): Result<readonly Piece[], NonNullable<Problem>> {
  if (value === undefined) return granted([])
  const template = parseTemplate(value)
  const problem = template.ok ? problemIn(value, template.value, takes, taken) : template.refusal
  if (problem !== undefined) return { ok: false, refusal: [setting, problem] }
  return template.ok ? template : granted([])
}

function problemIn(
  value: string,
  pieces: readonly Piece[],
  takes: (text: string) => boolean,
  taken: string,
): string | undefined {
  if (!isFilled(pieces))
    return 'names no {credential}, {subject} or {claim:NAME}: it would be the same for everybody'
  if (value.trim() !== value) return 'must not begin or end with a blank'
  return literalsOf(pieces).every(takes) ? undefined : `must have ${taken} only`
}
