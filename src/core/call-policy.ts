// The port for a policy of calls, and the one function that asks it: for the library's fetch, the
// gateway and the kit. A policy that fails, or takes too long, lets nothing pass.

import { type Result, refused } from './errors.ts'
import { andThen, type Eventual, isToCome, orElse } from './eventual.ts'
import type { Principal } from './principal.ts'

/** A call of a tool, as it is judged. */
export interface PolicyCall {
  readonly principal: Principal
  /** The verified claims of the person's token. */
  readonly claims: Readonly<Record<string, unknown>>
  /** The binding's name. */
  readonly server: string
  readonly tool: string
  /** What the model filled in. Nothing is known of it. */
  readonly args: unknown
  /**
   * Says whether the person has said yes to this very call, where the program that makes it asks them
   * itself, as a chat does with its card. A text is what the model reads meanwhile.
   * Default: the policy asks the person.
   */
  readonly approved?: (() => true | string) | undefined
}

/** A call that the person has said yes to, once. */
export interface ApprovedCall {
  readonly tool: string
  /** The SHA-256 of the canonical JSON of its arguments, in hex. */
  readonly argumentsDigest: string
}

/** The port: `callPolicy` of onbehalf/policy makes one. */
export interface CallPolicy {
  /** Whether a tool is not even listed for this person: whatever the arguments, it is refused. */
  hides(call: Omit<PolicyCall, 'args'>): boolean
  /** Whether the person is asked about each call of a tool. Default: no. */
  asks?(call: Omit<PolicyCall, 'args'>): boolean
  /**
   * Judges a call.
   *
   * @returns What is to be called when the call is over, or why it is not made.
   */
  permit(call: PolicyCall): Eventual<Result<EndOfCall>>
  /**
   * Judges the result of a call, after credentials were taken out of it: the `result` of the protocol, or
   * its `error` as a member of that name. Default: results go on. The kit for servers asks nobody.
   *
   * @returns Why it does not go on: `advice` is what the model is told.
   */
  check?(call: PolicyCall, result: unknown): Eventual<Result<null>>
}

/** Is called once, when the call is over. */
export interface EndOfCall {
  (): void
  /** Where the person has said yes to it: what to. */
  readonly approved?: ApprovedCall
}

/** Milliseconds that a policy may take. */
const POLICY_DEADLINE_MS = 5_000

/** Asks a policy. */
export function permitCall(policy: CallPolicy, call: PolicyCall): Eventual<Result<EndOfCall>> {
  const unavailable = () => refused('policy_unavailable', { server: call.server })
  const judged = orElse<Result<EndOfCall>>(() => policy.permit(call), unavailable)
  const inTime = isToCome(judged) ? withinTime(judged, unavailable) : judged
  return andThen(inTime, (result) =>
    result.ok ? result : { ok: false, refusal: { ...result.refusal, server: call.server } },
  )
}

/** Asks a policy about a result. What fails, or takes too long, lets none pass. */
export async function checkResult(
  policy: CallPolicy,
  call: PolicyCall,
  result: unknown,
): Promise<Result<null>> {
  const unjudged = () => refused('result_withheld')
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<Result<null>>((resolve) => {
    timer = setTimeout(() => resolve(unjudged()), POLICY_DEADLINE_MS)
  })
  const judged = async () => (await policy.check?.(call, result)) ?? unjudged()
  try {
    return await Promise.race([judged().catch(unjudged), late])
  } finally {
    clearTimeout(timer)
  }
}

/** A permit that comes too late is given back: nobody else would end it. */
function withinTime(
  judged: Promise<Result<EndOfCall>>,
  late: () => Result<EndOfCall>,
): Promise<Result<EndOfCall>> {
  return new Promise((resolve) => {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      resolve(late())
    }, POLICY_DEADLINE_MS)
    void judged.then((result) => {
      clearTimeout(timer)
      if (isLate && result.ok) result.value()
      resolve(result)
    })
  })
}

/** Whether the person is asked about each call of a tool. Of a policy that fails, they are not asked. */
export function isAskedAbout(policy: CallPolicy, call: Omit<PolicyCall, 'args'>): boolean {
  try {
    return policy.asks?.(call) ?? false
  } catch {
    return false
  }
}

/** Whether a tool is listed for a person. A policy that fails here hides it. */
export function isListed(policy: CallPolicy, call: Omit<PolicyCall, 'args'>): boolean {
  try {
    return !policy.hides(call)
  } catch {
    return false
  }
}
