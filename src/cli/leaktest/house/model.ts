// The worst-case model's endpoint, in the place of OpenAI's: it records what it is sent, and does what the
// behaviour in the message says.

import type { ServerResponse } from 'node:http'
import { type Asked, readAsk } from './ask.ts'
import { actOn, type Call } from './behaviours.ts'
import { callInChatCompletions, sayInChatCompletions } from './chat-completions.ts'
import { sendJson } from './events.ts'
import { type Arrival, type Listener, listen } from './listen.ts'
import { callInResponses, sayInResponses } from './responses.ts'
import type { Tape } from './tape.ts'

/** Starts it. It records on the tape of the run that is going on. */
export function startModel(tape: () => Tape): Promise<Listener> {
  let answers = 0
  let last: Tape | undefined
  return listen((arrival, response) => {
    // Ids begin anew in each run, so that equal runs are equal.
    answers = last === tape() ? answers + 1 : 0
    last = tape()
    answer(arrival, response, tape(), `${answers}`)
  })
}

function answer(arrival: Arrival, response: ServerResponse, tape: Tape, ids: string): void {
  const { method, target, body } = arrival
  const asked = record(arrival, tape)
  if (method !== 'POST') return void sendJson(response, 200, { object: 'list', data: [] })
  const { stream } = asked
  const act = actOn({ ...asked, behaviour: asked.behaviour ?? tape.turn.behaviour })
  if ('fail' in act) {
    const lines = arrival.headers.map((line) => line.join(': ')).join('\n')
    const message = `You sent:\n${lines}\n\n${body.toString('utf8').slice(-4000)}`
    return void sendJson(response, act.fail, {
      error: { message, type: 'server_error', code: null },
    })
  }
  if ('call' in act) for (const call of act.call) remember(call, tape)
  const responses = /\/responses(?:\?|$)/.test(target)
  if ('call' in act)
    return void (responses ? callInResponses : callInChatCompletions)(response, {
      calls: act.call,
      stream,
      ids,
    })
  const [text, ends] = 'say' in act ? [act.say, true] : [act.stop, false]
  ;(responses ? sayInResponses : sayInChatCompletions)(response, { text, stream, ends, ids })
}

function remember({ arguments: args }: Call, { written }: Tape): void {
  // Arguments may be no JSON on purpose.
  for (const [, text = ''] of args.matchAll(/"((?:[^"\\]|\\.)*)"/g)) written.add(text)
}

/** Apart, so that a report says where the leak was: in the messages, the schemas or the results. */
function record({ method, target, headers, body }: Arrival, tape: Tape): Asked {
  const { asked, parts } = readAsk(body.toString('utf8'))
  const place = `${method} ${target}`
  const turn = asked.behaviour === undefined ? {} : { turn: asked.behaviour }
  tape.note({
    ...turn,
    sink: 'model requests',
    place,
    start: place,
    headers,
    slots: ['authorization', 'x-api-key', 'api-key'],
    body: Buffer.from(parts.messages === '{}' ? body : parts.messages),
  })
  tape.note({ ...turn, sink: 'tool schemas', place, body: Buffer.from(parts.schemas) })
  tape.note({ ...turn, sink: 'tool results', place, body: Buffer.from(parts.results) })
  return asked
}
