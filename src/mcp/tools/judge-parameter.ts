// Judges one parameter whose name looks like a credential or an identity: whether it is the
// caller's, or what the call is about. The name alone says it for few. For the others, this weighs
// the evidence: how many of the server's tools have it, where it stands, what stands beside it, what
// the tool does, and what the description says.

import type { StepBudget } from '../../core/steps.ts'
import type { FoundParameter } from '../arguments/detect.ts'
import { plainName } from '../arguments/name.ts'
import { kindOfName, type NameKind } from '../arguments/name-kind.ts'
import { stepsOfName } from '../arguments/name-words.ts'
import { EVERY, type Segments } from '../arguments/pointer.ts'
import { FEW_TOOLS, isEverywhere, type Prevalence } from './prevalence.ts'
import { isLocked, type SiblingFacts } from './sibling-facts.ts'
import * as words from './tool-words.ts'

/** Why a parameter is taken for the caller's credential or identity, or is not. */
export type Ground =
  | 'name'
  | 'everywhere'
  | 'credential-beside'
  | 'description'
  | 'top'
  | 'few-tools'
  | 'headers'
  | 'resource'
  | 'content'
  | 'other-person'
  | 'deep'

/** What the evidence says of one parameter. */
export interface Verdict {
  /** Whether it is taken for the caller's: then the model must not be left to fill it. */
  readonly isCallers: boolean
  readonly ground: Ground
}

/** The parameter, and where it is. */
export interface Evidence {
  readonly parameter: FoundParameter
  readonly segments: Segments
  /** The words of the tool's name. */
  readonly toolWords: readonly string[]
  /** The one parameter of the tool in which all others are; undefined when there is none. */
  readonly wrapper: string | undefined
  readonly isDemanded: boolean
  readonly prevalence: Prevalence
  readonly siblingsOf: (names: readonly string[]) => SiblingFacts
  readonly budget: StepBudget
}

const yes = (ground: Ground): Verdict => ({ isCallers: true, ground })
const no = (ground: Ground): Verdict => ({ isCallers: false, ground })

/** A parameter as the rules see it. */
interface Case extends Evidence {
  readonly kind: NameKind
  readonly count: { readonly having: number; readonly tools: number }
  /** The names that lead to it, without the wrapper. */
  readonly path: Segments
  /** Whether it is at the top, or in a place for credentials there. */
  readonly isTop: boolean
  readonly isFew: boolean
}

/**
 * Judges a parameter by itself. One that stands beside the caller's credential is judged by
 * `judge-parameters.ts`.
 */
export function judgeParameter(evidence: Evidence): Verdict {
  const { parameter, segments, wrapper, prevalence, budget } = evidence
  budget.take(2 * stepsOfName(parameter.name) + parameter.description.length / CHARS_OF_A_STEP)
  const kind = kindOfName(parameter.name) ?? 'content'
  const path = segments[0] === wrapper && segments.length > 1 ? segments.slice(1) : segments
  const count = prevalence.of(parameter.name)
  const isTop =
    path.length === 1 || (path.length === 2 && words.AUTH_PLACES.has(plainName(path[0] ?? '')))
  return judge({ ...evidence, kind, count, path, isTop, isFew: count.tools <= FEW_TOOLS })
}

/** Characters of a description that are compared in a step. */
const CHARS_OF_A_STEP = 16

function judge(one: Case): Verdict {
  switch (one.kind) {
    case 'access':
      return judgeAccess(one)
    case 'auth':
      return one.isTop || isCommon(one) ? yes('name') : no('deep')
    case 'token':
      return judgeToken(one)
    case 'password':
      return judgePassword(one)
    case 'resource':
      return words.SAYS_CREDENTIAL.test(one.parameter.description)
        ? yes('description')
        : no('resource')
    case 'content':
      return no('content')
    case 'headers':
      return one.path.length <= 2 && !one.path.includes(EVERY) ? yes('headers') : no('deep')
    case 'acting':
      return one.path.length <= 2 ? yes('name') : no('deep')
    case 'person':
      return judgePerson(one)
    case 'vague':
      return judgeVague(one)
  }
}

/** A clear name says enough, but for an optional one deep inside, in few tools. */
function judgeAccess(one: Case): Verdict {
  const isShallow = one.path.length <= MAX_SHALLOW
  const isMarked = one.path.some((name) => words.AUTH_PLACES.has(plainName(name)))
  if (isShallow || isMarked || one.isDemanded || one.isFew) return yes('name')
  return isCommon(one) ? yes('everywhere') : no('deep')
}

const MAX_SHALLOW = 2

function judgeToken(one: Case): Verdict {
  const { parameter, toolWords, siblingsOf } = one
  const about = isAboutTokens(toolWords)
  if (siblingsOf(parameter.siblings).hasCoin) return no('content')
  if (isCommon(one)) return yes('everywhere')
  if (words.SAYS_CREDENTIAL.test(parameter.description)) return yes('description')
  if (about || words.SAYS_OTHER.test(parameter.description)) return no('content')
  if (one.isFew) return yes('few-tools')
  return one.isTop ? yes('top') : no('resource')
}

/** `decode_jwt`, `get_token_info`: the token is what the tool works on. */
function isAboutTokens(toolWords: readonly string[]): boolean {
  if (toolWords.some((word) => words.ABOUT_TOKENS.has(word))) return true
  const isNamed = toolWords.some((word) => word === 'token' || word === 'tokens')
  return isNamed && !toolWords.some((word) => words.TAKING_TOKENS.has(word))
}

function judgePassword(one: Case): Verdict {
  const { parameter, toolWords, siblingsOf } = one
  if (isCommon(one)) return yes('everywhere')
  if (!one.isTop && !one.isFew) return no('deep')
  if (toolWords.some((word) => words.SIGNING_IN.has(word))) return yes('top')
  const { hasLogin, hasLocked } = siblingsOf(parameter.siblings)
  const isMaking = toolWords.some((word) => words.MAKING.has(word))
  const isContent = hasLogin
    ? isMaking && toolWords.some((word) => words.PEOPLE.has(word))
    : isMaking || hasLocked || isLocked(toolWords)
  if (isContent) return no('content')
  return one.isFew ? yes('few-tools') : yes('top')
}

/** `user_id` is the caller where most tools have it, and some other person where few do. */
function judgePerson(one: Case): Verdict {
  const { parameter, toolWords } = one
  if (saysCaller(parameter.description)) return yes('description')
  if (isCommon(one, MOST)) return yes('everywhere')
  if (!one.isFew || words.SAYS_OTHER.test(parameter.description)) return no('other-person')
  // `get_user` of a server with one tool.
  const isAboutPeople = toolWords.slice(1).some((word) => words.PEOPLE.has(word))
  return one.isTop && !isAboutPeople ? yes('few-tools') : no('other-person')
}

function judgeVague(one: Case): Verdict {
  const { parameter, count } = one
  if (!one.isTop) return no('deep')
  if (saysCaller(parameter.description)) return yes('description')
  return isEverywhere(count) || isCommon(one, NEARLY_MOST) ? yes('everywhere') : no('other-person')
}

function saysCaller(description: string): boolean {
  return words.SAYS_CALLER.test(description) && !words.SAYS_DEFAULT.test(description)
}

/** Shares of the tools that have a name. */
const HALF = 1 / 2
const MOST = 2 / 3
const NEARLY_MOST = 3 / 4

/** Whether a good share of the server's tools has the name. */
function isCommon({ count, isFew }: Case, share: number = HALF): boolean {
  return !isFew && count.having >= share * count.tools
}
