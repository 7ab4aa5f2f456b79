// A fault at every request of a turn, on every hop: between the app and its servers, and between the
// MCP server and its own.

import { runScenario, type Stage, type TurnKind } from '../scenario.ts'
import type { Interference, Passing } from '../world.ts'

/** What becomes of one request. `executed`: the other side does what it is asked, and nobody hears of it. */
export const REQUEST_FAULTS: Readonly<
  Record<string, (passing: Passing, go: () => Promise<Response>) => Promise<Response>>
> = {
  'the request is lost': async () => {
    throw new TypeError('fetch failed')
  },
  'the answer is lost': async (_, go) => {
    await (await go()).text()
    throw new TypeError('fetch failed')
  },
  'the answer breaks off': async (_, go) => {
    const answer = await go()
    const text = await answer.text()
    return new Response(broken(text.slice(0, text.length / 2)), answer)
  },
  'nobody answers': async ({ request }) => silence(request),
  'it is done, and nobody answers': async ({ request }, go) => {
    await (await go()).text()
    return silence(request)
  },
  'it is done, and the answer is a 500': async (_, go) => {
    await (await go()).text()
    return new Response('out of order', { status: 500 })
  },
  'the answer is 503': async () => new Response(null, { status: 503 }),
  'the answer is no JSON': async () =>
    new Response('<html>', { headers: { 'content-type': 'application/json' } }),
  'the answer is another one': async () => Response.json({ token_type: 'Bearer', keys: 1 }),
}

/** Whether somebody waits in vain because of one. */
export function hangs(name: string): boolean {
  return name.endsWith('nobody answers')
}

/** Puts each fault at every `step`th request of a turn. */
export async function requestFaults(
  stage: Stage,
  turn: TurnKind,
  step = 1,
  names: readonly string[] = Object.keys(REQUEST_FAULTS),
): Promise<void> {
  for (const name of names) {
    const fault = REQUEST_FAULTS[name]
    if (!fault) throw new Error(`There is no fault ${name}`)
    for (let at = 1; ; at += step) {
      let purpose = ''
      const interfere: Interference = (passing, go) => {
        if (passing.number !== at) return go()
        purpose = passing.purpose
        return fault(passing, go)
      }
      await runScenario(stage, turn, {
        kind: name,
        get name() {
          return `request ${at}, ${purpose}`
        },
        interfere,
        hangs: hangs(name),
      })
      if (purpose === '') break
      stage.tally.fault(`${name}: ${purpose}`)
    }
  }
}

/** Requests that nobody answers. A request that nobody has any more never hears that it is aborted. */
const unanswered = new Set<Request>()

/** An answer that never comes: it ends when the asker gives up. */
function silence(request: Request): Promise<never> {
  unanswered.add(request)
  return new Promise((_, reject) => {
    const give = () => {
      unanswered.delete(request)
      reject(new TypeError('fetch failed'))
    }
    if (request.signal.aborted) give()
    else request.signal.addEventListener('abort', give, { once: true })
  })
}

function broken(text: string): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text))
      controller.error(new TypeError('terminated'))
    },
  })
}
