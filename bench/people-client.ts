// Many people who read answers at once, as clients of a server in another process.

import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

/** What each person's answer is made of. */
export interface AnswerShape {
  readonly events: number
  /** Milliseconds between two events; 0 for no pace. */
  readonly everyMs: number
  /** Whether the answer stays open after its last event. Default false. */
  readonly idle?: boolean
}

/** People who read one answer each. */
export interface Reading {
  /** Milliseconds from the making of an event to its reading, one for each event so far. */
  readonly lagsMs: number[]
  /** Resolves when every person has read a first event. */
  readonly started: Promise<unknown>
  /** Resolves when all answers have ended. */
  readonly ended: Promise<unknown>
  /** Breaks the connections. */
  close(): void
}

/** Lets some people ask for an answer and read it. */
export function readAnswers(
  port: number,
  people: number,
  shape: AnswerShape,
  resumable: boolean,
): Reading {
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY })
  const lagsMs: number[] = []
  const all = Array.from({ length: people }, (_, index) => {
    let start = () => {}
    const started = new Promise<void>((resolve) => {
      start = resolve
    })
    const message = messageFor(shape, resumable)
    const ended = post(port, agent, `person-${index}`, message).then(({ answer }) => {
      answer.setEncoding('utf8')
      answer.on('data', (piece: string) => {
        start()
        noteLags(piece, lagsMs)
      })
      return new Promise<void>((resolve) => answer.once('close', resolve))
    })
    return { started: Promise.race([started, ended]), ended }
  })
  return {
    lagsMs,
    started: Promise.all(all.map(({ started }) => started)),
    ended: Promise.all(all.map(({ ended }) => ended)),
    close: () => agent.destroy(),
  }
}

/** Each delta holds the time of its making: `@1234567 `, in microseconds. */
function noteLags(piece: string, lagsMs: number[]): void {
  const now = Number(process.hrtime.bigint() / 1000n)
  for (let at = piece.indexOf('"@'); at >= 0; at = piece.indexOf('"@', at + 1)) {
    const made = Number.parseInt(piece.slice(at + 2, at + 22), 10)
    if (made > 0) lagsMs.push((now - made) / 1000)
  }
}

/** Asks for a person's threads again and again until `until`. Gives the times in milliseconds. */
export async function listThreads(
  port: number,
  person: string,
  until: Promise<unknown>,
): Promise<readonly number[]> {
  const agent = new Agent({ keepAlive: true })
  let isOver = false
  void until.then(() => {
    isOver = true
  })
  const tookMs: number[] = []
  while (!isOver) {
    const before = performance.now()
    const { answer } = await post(port, agent, person, { type: 'threads.list', params: {} })
    await text(answer)
    tookMs.push(performance.now() - before)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  agent.destroy()
  return tookMs
}

function messageFor({ events, everyMs, idle = false }: AnswerShape, resumable: boolean) {
  const words = JSON.stringify({ events, everyMs, idle })
  const input = {
    content: [{ type: 'input_text', text: words }],
    attachments: [],
    inference_options: {},
  }
  const metadata = resumable ? { metadata: { 'onbehalf/resumable': true } } : {}
  return { type: 'threads.create', params: { input }, ...metadata }
}

function post(
  port: number,
  agent: Agent,
  person: string,
  message: unknown,
): Promise<{ readonly sent: ClientRequest; readonly answer: IncomingMessage }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-person': person }
    const sent = request(
      { host: '127.0.0.1', port, path: '/chatkit', method: 'POST', agent, headers },
      (answer) => {
        answer.on('error', () => {})
        if (answer.statusCode === 200) resolve({ sent, answer })
        else reject(new Error(`The bench's request was answered with ${answer.statusCode}`))
      },
    )
    sent.on('error', reject)
    sent.end(JSON.stringify(message))
  })
}
