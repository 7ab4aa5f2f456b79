// Runs one message in both lanes, one after the other, with the same model and the same tasks.

import type { Model } from '@openai/agents'
import type { Caller } from 'onbehalf'
import { personOf } from 'onbehalf/openai-agents'
import { serverFor } from '../placements.ts'
import { literalUrl, type TaskflowUrls, thiefUrl } from '../urls.ts'
import type { Comparison, Lane } from './lane.ts'
import { literalLane } from './literal-lane.ts'
import { onbehalfLane } from './onbehalf-lane.ts'
import { addPoisonedTask, poisonText } from './poison.ts'
import type { Thief } from './thief.ts'
import type { ThrowAway } from './throw-away.ts'

/** What the comparison runs with. */
export interface CompareOptions {
  readonly message: string
  /** Whether a poisoned task waits in the list. */
  readonly attack: boolean
  /** How the right lane carries the credential. */
  readonly placement: string
  readonly caller: Caller
  readonly model: Model
  readonly urls: TaskflowUrls
  readonly thief: Thief
  /** Gives a fresh throw-away token of the person. */
  readonly throwAway: () => Promise<ThrowAway>
}

/** The most milliseconds that one lane may take. */
const LANE_MS = 50_000

/** Runs both lanes. @throws what a lane throws */
export async function compare(options: CompareOptions): Promise<Comparison> {
  const { attack, urls, throwAway } = options
  const run = crypto.randomUUID()
  const text = attack ? poisonText(thiefUrl(urls), run) : undefined
  const poisoned =
    text === undefined ? undefined : await addPoisonedTask(urls.api, await throwAway(), text)
  try {
    const token = await throwAway()
    const literal = await withTheft(options, run, await runLiteral(options, token))
    const onbehalf = await withTheft(options, run, await runOnbehalf(options))
    return {
      message: options.message,
      ...(text === undefined ? {} : { poison: text }),
      literal: { ...literal, token: token.facts },
      onbehalf,
    }
  } finally {
    if (poisoned) await poisoned.remove(await throwAway())
  }
}

function runLiteral(options: CompareOptions, token: ThrowAway): Promise<Lane> {
  const { message, caller, model, urls } = options
  const name = personOf(caller.principal, caller.token.claims)
  return literalLane({
    message,
    person: { id: caller.principal.subject, name },
    token,
    model,
    server: literalUrl(urls),
    thief: thiefUrl(urls),
    signal: AbortSignal.timeout(LANE_MS),
  })
}

function runOnbehalf({ message, placement, caller, model, urls }: CompareOptions): Promise<Lane> {
  return onbehalfLane({
    message,
    caller,
    server: serverFor(placement, urls),
    model,
    thief: thiefUrl(urls),
    signal: AbortSignal.timeout(LANE_MS),
  })
}

/** The thief uses what arrived at once, as thieves do. */
async function withTheft(
  { attack, thief }: CompareOptions,
  run: string,
  lane: Lane,
): Promise<Lane> {
  return attack ? { ...lane, theft: await thief.use(run) } : lane
}
