// Judges all parameters of one tool that look like a credential or an identity, by the evidence of
// the whole list.

import { isObject, type UnknownObject } from '../../core/json.ts'
import type { StepBudget } from '../../core/steps.ts'
import { demandTeller } from '../arguments/demanded.ts'
import type { FoundParameter } from '../arguments/detect.ts'
import { plainName } from '../arguments/name.ts'
import { wordsOf } from '../arguments/name-words.ts'
import { parentOf, parsePointer } from '../arguments/pointer.ts'
import type { ToolDefinition } from '../arguments/strip.ts'
import { judgeParameter, type Verdict } from './judge-parameter.ts'
import type { Prevalence } from './prevalence.ts'
import { siblingTeller } from './sibling-facts.ts'

/** A parameter, and what the evidence says of it. */
export interface JudgedParameter extends FoundParameter, Verdict {
  /** Whether a call cannot do without it. */
  readonly isDemanded: boolean
}

/** Judges them. */
export function judgeParameters(
  { name, inputSchema }: ToolDefinition,
  found: readonly FoundParameter[],
  prevalence: Prevalence,
  budget: StepBudget,
): readonly JudgedParameter[] {
  if (found.length === 0 || !isObject(inputSchema)) return []
  const isDemandedAt = demandTeller(inputSchema, budget)
  const toolWords = wordsOf(name)
  const siblingsOf = siblingTeller(budget)
  const wrapper = wrapperOf(inputSchema)
  const judged = found.map((parameter): JudgedParameter => {
    const at = parsePointer(parameter.pointer)
    const segments = at.ok ? at.value : [parameter.name]
    const isDemanded = isDemandedAt(segments)
    const evidence = { parameter, segments, toolWords, wrapper, isDemanded, siblingsOf }
    return { ...parameter, ...judgeParameter({ ...evidence, prevalence, budget }), isDemanded }
  })
  const credentials = new Map<string, number>()
  for (const { pointer, value, name, isCallers, ground } of judged)
    if (value === 'credential' && isCallers && ground !== 'headers')
      credentials.set(parentOf(pointer), prevalence.of(name).having)
  // A credential and whose it is stand side by side: so it was in the original pattern.
  return judged.map((one) => {
    const beside = one.isCallers ? undefined : credentials.get(parentOf(one.pointer))
    const share = beside === undefined ? undefined : shareBeside(one)
    return share !== undefined && prevalence.of(one.name).having >= share * (beside ?? 0)
      ? { ...one, isCallers: true, ground: 'credential-beside' }
      : one
  })
}

/**
 * In how many of the tools with the credential a name must be, to say whose that is. An account may
 * be one of several that the caller has, an email address anybody's. Undefined for a name that is
 * no identity.
 */
function shareBeside({ name, value }: JudgedParameter): number | undefined {
  if (value !== 'subject') return undefined
  return /user|^(?:uid|sub|subject|principal)/.test(plainName(name)) ? 1 / 2 : 3 / 4
}

/** The name of the one parameter that a tool takes, as servers with one model of it have. */
function wrapperOf({ properties }: UnknownObject): string | undefined {
  const names = isObject(properties) ? Object.keys(properties) : []
  return names.length === 1 ? names[0] : undefined
}
