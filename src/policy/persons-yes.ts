// The person's yes to a call: what it is bound to, where it is looked for, and what is said while there
// is none.

import { looksLikeCredential } from '../core/blank.ts'
import {
  type AskedCall,
  type CallApprovals,
  MAX_WAITING,
  QUESTION_MS,
} from '../core/call-approvals.ts'
import type { ApprovedCall, PolicyCall } from '../core/call-policy.ts'
import { digestOf } from '../core/canonical.ts'
import { granted, type Result, refused } from '../core/errors.ts'
import { writeJson } from '../core/json.ts'
import { type Principal, principalKey } from '../core/principal.ts'

/** Is told of a new question, so that the person hears of it. */
export type OnAsk = (asked: AskedCall, principal: Principal) => void

/** What it works with. */
export interface YesParts {
  readonly approvals: CallApprovals
  /** The page where the person decides. */
  readonly approveAt: string | undefined
  readonly onAsk: OnAsk | undefined
  /** The rules: with others, every yes is void. */
  readonly rules: unknown
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** A yes that was found. */
export interface PersonsYes {
  readonly to: ApprovedCall
  /** Uses it up; or says why the call is not made after all. */
  use(): Promise<Result<unknown>>
}

/** Looks for the person's yes to a call, and asks them where there is none. */
export type FindYes = (call: PolicyCall) => Promise<Result<PersonsYes>>

/** Makes the function. */
export function yesFinder(parts: YesParts): FindYes {
  let digest: Promise<string> | undefined
  return async (call) => {
    const args = call.args === undefined ? {} : call.args
    const to = { tool: call.tool, argumentsDigest: await digestOf(args) }
    if (call.approved) {
      const said = call.approved()
      return said === true
        ? granted({ to, use: async () => granted(true) })
        : refused('approval_needed', { advice: said })
    }
    digest ??= digestOf(parts.rules)
    const version = await digest
    const ask = () => askedInStore(call, args, version, parts)
    const asked = await ask()
    if (!asked.ok) return asked
    const use = async () =>
      (await parts.approvals.use(asked.value, parts.now())) ? granted(true) : usedMeanwhile(ask)
    return granted({ to, use })
  }
}

/** Another instance was faster, or the yes has run out: the person is asked again. */
async function usedMeanwhile(ask: () => Promise<Result<string>>): Promise<Result<unknown>> {
  const again = await ask()
  return again.ok ? refused('approval_needed') : again
}

/** A longer text is not read by a person. */
const MAX_SHOWN_CHARS = 20_000

/** The id of a question that the person has said yes to; or why there is none. */
async function askedInStore(
  { principal, server, tool }: PolicyCall,
  args: unknown,
  version: string,
  { approvals, approveAt, onAsk, now }: YesParts,
): Promise<Result<string>> {
  const shown = writeJson(args)
  if (shown === undefined || shown.length > MAX_SHOWN_CHARS || looksLikeCredential(shown))
    return refused('policy_refused', { advice: NOT_SHOWN })
  const owner = principalKey(principal)
  const askedAt = now()
  const call: AskedCall = {
    id: crypto.randomUUID(),
    server,
    tool,
    arguments: shown,
    askedAt,
    endsAt: askedAt + QUESTION_MS,
  }
  const key = await digestOf([owner, server, tool, args, version])
  const asked = await approvals.ask({ ...call, owner, key })
  if (!asked) return refused('policy_refused', { advice: TOO_MANY })
  if (asked.id === call.id) tell(onAsk, call, principal)
  if (asked.state === 'approved') return granted(asked.id)
  return refused(
    'approval_needed',
    asked.state === 'declined'
      ? { found: 'declined', advice: DECLINED }
      : pageFor(asked.id, approveAt),
  )
}

/** What is said of the page where the person decides. */
function pageFor(id: string, approveAt: string | undefined) {
  if (approveAt === undefined) return { advice: NOWHERE }
  const url = new URL(approveAt)
  url.searchParams.set('call', id)
  const page = url.href
  return {
    page,
    advice: `This was not done yet: the person must say yes to this very call. They open ${page} in their browser and decide there. Then call it again with the same arguments.`,
  }
}

/** A hook that fails takes nothing from anybody. */
function tell(onAsk: OnAsk | undefined, call: AskedCall, principal: Principal): void {
  try {
    onAsk?.(call, principal)
  } catch {
    // The question waits all the same.
  }
}

const NOWHERE =
  'This was not done yet: the person must say yes to this very call. Tell them so. When they have, call it again with the same arguments.'
const DECLINED =
  'The person declined this call, so it was not made. Do not try it again unless they ask for it.'
const NOT_SHOWN =
  'Nobody can be asked about such arguments. Send short, plain values, and no credentials.'
const TOO_MANY = `${MAX_WAITING} calls wait for this person already. Tell them to decide about these first.`
