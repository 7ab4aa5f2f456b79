// Judges all parameters of one tool that look like a credential or an identity, by the evidence of
// the whole list.

import { isObject, type UnknownObject } from '../../core/json.ts'
import type { StepBudget } from '../../core/steps.ts'
import { demandTeller } from '../arguments/demanded.ts'
import type { FoundParameter } from '../arguments/detect.ts'
import { kindOfName } from '../arguments/name-kind.ts'
import { wordsOf } from '../arguments/name-words.ts'
import { parentOf, parsePointer } from '../arguments/pointer.ts'
import type { ToolDefinition } from '../arguments/strip.ts'
import { judgeParameter, type Verdict } from './judge-parameter.ts'
import type { Prevalence } from './prevalence.ts'

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
  const wrapper = wrapperOf(inputSchema)
  const judged = found.map((parameter): JudgedParameter => {
    const at = parsePointer(parameter.pointer)
    const segments = at.ok ? at.value : [parameter.name]
    const isDemanded = isDemandedAt(segments)
    const evidence = { parameter, segments, toolWords, wrapper, isDemanded, prevalence, budget }
    return { ...parameter, ...judgeParameter(evidence), isDemanded }
  })
  const parents = new Set(
    judged
      .filter(
        ({ value, isCallers, ground }) =>
          value === 'credential' && isCallers && ground !== 'headers',
      )
      .map(({ pointer }) => parentOf(pointer)),
  )
  // A credential and whose it is stand side by side: so it was in the original pattern.
  return judged.map((one) =>
    !one.isCallers && isPerson(one) && parents.has(parentOf(one.pointer))
      ? { ...one, isCallers: true, ground: 'credential-beside' }
      : one,
  )
}

function isPerson({ name, value }: JudgedParameter): boolean {
  return value === 'subject' && kindOfName(name) !== 'acting'
}

/** The name of the one parameter that a tool takes, as servers with one model of it have. */
function wrapperOf({ properties }: UnknownObject): string | undefined {
  const names = isObject(properties) ? Object.keys(properties) : []
  return names.length === 1 ? names[0] : undefined
}
