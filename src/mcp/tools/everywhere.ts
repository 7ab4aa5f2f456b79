// Chooses what is filled with `parameters: 'everywhere'`: the parameters that a server asks for at
// every call. Anything else an operator has to name.

import type { ArgumentParameter, ArgumentValue } from '../../core/binding.ts'
import { plainName } from '../arguments/name.ts'
import { kindOfName } from '../arguments/name-kind.ts'
import type { JudgedParameter } from './judge-parameters.ts'
import { FEW_TOOLS, isEverywhere, type Prevalence } from './prevalence.ts'

/** Gives the parameters of one tool that are filled. */
export function everywhereParameters(
  judged: readonly JudgedParameter[],
  prevalence: Prevalence,
): readonly ArgumentParameter[] {
  return judged.flatMap((parameter) => {
    const value = isAskedEverywhere(parameter, prevalence) ? valueFor(parameter.name) : undefined
    return value === undefined ? [] : [{ pointer: parameter.pointer, value }]
  })
}

/**
 * With one or two tools, a name that is in all of them is still only a name. Then it must be a clear
 * one, or stand beside one: a password could be what the call is about.
 */
function isAskedEverywhere({ name, isCallers }: JudgedParameter, prevalence: Prevalence): boolean {
  if (!isCallers) return false
  const count = prevalence.of(name)
  if (isEverywhere(count)) return true
  return count.tools <= FEW_TOOLS && count.having === count.tools && kindOfName(name) !== 'password'
}

/** What fills a parameter of this name; undefined when the name does not tell. */
export function valueFor(name: string): ArgumentValue | undefined {
  switch (kindOfName(name)) {
    case 'access':
    case 'auth':
    case 'token':
    case 'password':
      return 'credential'
    case 'acting':
    case 'person':
    case 'vague':
      if (/email/.test(plainName(name))) return { claim: 'email' }
      // The name of an account at the server: nothing that we know of the person.
      return plainName(name) === 'account' ? undefined : 'subject'
    default:
      return undefined
  }
}
