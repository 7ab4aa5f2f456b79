// Tells whether a foreign pattern for names is meant for credentials or identities. It never runs
// the pattern, which may take for ever (threat 30): it steps through a bounded list of names, all
// states of the pattern at once, so the work is the length of the pattern times that of the names.

import type { StepBudget } from '../../core/steps.ts'
import { likenessOf } from './name.ts'
import { namesWithin } from './pattern.ts'
import { type NameMachine, parsePattern } from './pattern-machine.ts'

/** What people call credentials and identities, word by word. */
const MEANT = `
  access token,auth token,refresh token,id token,bearer token,session token,api token,user token,token,
  api key,access key,secret key,private key,password,passwd,passphrase,secret,client secret,credential,
  credentials,authorization,auth,jwt,cookie,user id,uid,account id,tenant id,subject,sub,on behalf of
`

/** What no one calls so, in many forms: a pattern that takes one of these is for names in general. */
const ORDINARY = `
  title,name,count,x,id,created at,content type,log level,value 1,item 2,x title,my value,first name,env mode,
  item id,page id
`

/** Ways to write a name of several words. */
const WRITINGS: readonly ((words: readonly string[]) => string)[] = [
  (words) => words.join('_'),
  (words) => words.join('-'),
  (words) => words.join('.'),
  (words) => words.join(' '),
  (words) => words.join(''),
  (words) => words.map((word, i) => (i === 0 ? word : capital(word))).join(''),
  (words) => words.map(capital).join(''),
  (words) => words.map(capital).join('-'),
  (words) => words.map(capital).join('_'),
  (words) => words.map(capital).join(' '),
  (words) => words.join('_').toUpperCase(),
  (words) => words.join('-').toUpperCase(),
]

/** Longer patterns are for no list of names that a person wrote. */
const MAX_PATTERN_CHARS = 1_000
/** Moves from one state of a pattern to the next that are made in one step. */
const MOVES_OF_A_STEP = 32

/**
 * Whether a pattern is meant for credentials or identities: it spells one out, or takes the name of
 * one and no ordinary name. When the budget is spent, the answer is yes.
 */
export function maySpellCredential(pattern: string, budget: StepBudget): boolean {
  if (!budget.take(1 + pattern.length)) return true
  // A name in it says enough, also where the rest cannot be read.
  for (const text of [pattern, plainSpelling(pattern)])
    if (namesWithin(text).some((name) => likenessOf(name) !== undefined)) return true
  if (pattern.length > MAX_PATTERN_CHARS) return false
  return parsePattern(pattern).some(
    (machine) => takesSome(machine, meant, budget) && !takesSome(machine, ordinary, budget),
  )
}

function takesSome(machine: NameMachine, names: readonly string[], budget: StepBudget): boolean {
  return names.some((name) => {
    const { takes, moves } = machine.read(name)
    return !budget.take(moves / MOVES_OF_A_STEP) || takes
  })
}

/** `[Aa]ccess.[Tt]oken` as `Access_Token`. */
function plainSpelling(pattern: string): string {
  return pattern
    .replace(/\[([A-Za-z])([A-Za-z])\]/g, (all, a: string, b: string) =>
      a.toLowerCase() === b.toLowerCase() ? a : all,
    )
    .replace(/(?:\\[-_.sW]|\[[-_.\\s ]{1,8}\]|\.)[?*+]?/g, '_')
}

const meant = written(MEANT)
const ordinary = written(ORDINARY)

function written(list: string): readonly string[] {
  const all = list
    .trim()
    .split(/\s*,\s*/)
    .flatMap((name) => WRITINGS.map((write) => write(name.split(' '))))
  return [...new Set(all)]
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}
