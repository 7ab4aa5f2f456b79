// The framework's part of one run: the model works with the tools of open servers until its answer
// is complete or somebody must act.

import type { AgentInputItem } from '@openai/agents'
import type { AgentEvent } from '../agent/events.ts'
import { interleave, type SideEvents } from '../agent/interleave.ts'
import { endingOf } from './agent-events.ts'
import { inputOf } from './conversation.ts'
import type { RunAgentOptions } from './options.ts'
import { pauseOf } from './pause.ts'
import { itemsOf } from './paused-run.ts'
import { storeSettings } from './provider-store.ts'
import { setUpRun } from './run-setup.ts'
import type { OpenedServers } from './servers/open-servers.ts'
import { titleEvents } from './title.ts'

/**
 * Runs the agent. It ends without an error when `signal` aborts.
 *
 * @param side Events that occur while the framework's stream is quiet. They are given out at once.
 */
export async function* runLoop(
  options: RunAgentOptions,
  servers: OpenedServers,
  maxTurns: number,
  signal: AbortSignal,
  side: SideEvents<AgentEvent>,
): AsyncGenerator<AgentEvent, void, undefined> {
  const setup = setUpRun(options, servers, side)
  const { agent, runner, recorded, translate, keeper, results, pauseParts, resume } = setup
  yield* setup.leftOut
  const conversation = inputOf(options.input, pauseParts.values.fill)
  let items: readonly AgentInputItem[] = resume ? itemsOf(resume) : []
  let turns = 0
  const out: AgentEvent[] = []
  try {
    for (;;) {
      const terms = { stream: true, signal, maxTurns: maxTurns - turns } as const
      const result = await runner.run(agent, [...conversation, ...items], terms)
      for await (const event of interleave(result, side)) {
        if ('side' in event) {
          yield event.side
          continue
        }
        // Kept before it is shown: a client may stop as soon as it sees the call.
        keeper?.take(event.main, out)
        results?.take(event.main, out)
        translate.take(event.main, out)
        for (const translated of out) yield translated
        out.length = 0
      }
      await result.completed
      if (signal.aborted) return
      if (result.interruptions.length === 0) break
      const pause = pauseOf(result.interruptions, [...items, ...result.output], pauseParts)
      if (pause.event) {
        if (pause.event.type === 'client_tool') yield* keeper?.leads([pause.event.callId]) ?? []
        yield pause.event
        return
      }
      items = pause.items
      turns += result.currentTurn
    }
  } catch (error) {
    if (signal.aborted) return
    const tooLong = `I stopped after ${maxTurns} steps without coming to an end.`
    yield* endingOf(error, tooLong, translate.lastText())
    return
  }
  if (options.title)
    yield* titleEvents(
      recorded,
      options.input,
      translate.lastText(),
      storeSettings(options.store),
      signal,
    )
}
