// Goal G8 and the first half of G12: measures what a streamed event and an idle stream cost in our
// server, compared with node:http alone. This process is the client, and each server has its own.

import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { type Child, startChild } from './child.ts'
import { median, spread } from './median.ts'

const SERVER = new URL('./chat-server.ts', import.meta.url)
const KINDS = ['bare', 'ours'] as const
type Kind = (typeof KINDS)[number]

const ROUNDS = 5
/** The turns of a round, the parallel streams of a turn, and the events of a stream. */
const TURNS = 20
const PARALLEL_STREAMS = 4
const EVENTS = 500

/** How many idle streams are opened at a time. */
const IDLE_STREAMS = 1000

function body(message: string): string {
  const input = {
    content: [{ type: 'input_text', text: message }],
    attachments: [],
    inference_options: {},
  }
  return JSON.stringify({ type: 'threads.create', params: { input } })
}

function send(
  port: number,
  agent: Agent,
  message: string,
): Promise<{ readonly sent: ClientRequest; readonly answer: IncomingMessage }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const sent = request(
      { host: '127.0.0.1', port, path: '/chatkit', method: 'POST', agent, headers },
      (answer) => {
        if (answer.statusCode === 200) resolve({ sent, answer })
        else reject(new Error(`The bench's request was answered with ${answer.statusCode}`))
      },
    )
    sent.on('error', reject)
    sent.end(body(message))
  })
}

/** Reads one stream to its end and checks that it has all its events. */
async function readStream(port: number, agent: Agent, events: number): Promise<void> {
  const { answer } = await send(port, agent, String(events))
  let deltas = 0
  for await (const piece of answer) {
    deltas += String(piece).split('text_delta').length - 1
  }
  if (deltas !== events) throw new Error(`A stream had ${deltas} of ${events} events`)
}

/** Gives the CPU microseconds that the server needs for parallel streams. */
async function cpuOfStreams(child: Child, agent: Agent, events: number): Promise<number> {
  const before = await child.cpu()
  const streams = Array.from({ length: PARALLEL_STREAMS }, () =>
    readStream(child.port, agent, events),
  )
  await Promise.all(streams)
  return (await child.cpu()) - before
}

/**
 * Measures and gives `eventCpuVsNodeHttp`. It subtracts the cost of the request, which it measures
 * with streams without events.
 */
export async function eventCpu(report: (line: string) => void): Promise<number> {
  const agent = new Agent({ keepAlive: true })
  const children = {
    bare: await startChild(SERVER, 'bare'),
    ours: await startChild(SERVER, 'ours'),
  }
  try {
    const rounds: {
      readonly event: Record<Kind, number>
      readonly request: Record<Kind, number>
    }[] = []
    for (let round = 0; round <= ROUNDS; round++) {
      const event = { bare: 0, ours: 0 }
      const request = { bare: 0, ours: 0 }
      for (let turn = 0; turn < TURNS; turn++) {
        // The turns are short and the first one alternates, because the cost of a system call
        // changes from one moment to the next.
        for (const kind of turn % 2 === 0 ? KINDS : KINDS.toReversed()) {
          const none = await cpuOfStreams(children[kind], agent, 0)
          const all = await cpuOfStreams(children[kind], agent, EVENTS)
          request[kind] += none / (TURNS * PARALLEL_STREAMS)
          event[kind] += (all - none) / (TURNS * PARALLEL_STREAMS * EVENTS)
        }
      }
      // The first round only warms up.
      if (round > 0) rounds.push({ event, request })
    }
    for (const kind of KINDS) {
      const events = rounds.map(({ event }) => event[kind])
      const requests = rounds.map(({ request }) => request[kind])
      report(
        `one streamed event, ${kind.padEnd(16)} ${median(events).toFixed(2)} µs CPU (${spread(events)}); ` +
          `a stream without events ${median(requests).toFixed(0)} µs (${spread(requests)})`,
      )
    }
    const ratios = rounds.map(({ event }) => event.ours / event.bare)
    report(
      `one streamed event, ours by bare     ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`,
    )
    return median(ratios)
  } finally {
    agent.destroy()
    for (const child of Object.values(children)) await child.end()
  }
}

/**
 * Starts a server and gives the bytes that it needs for each idle stream, which waits after its
 * first event. It opens two thousand streams and measures the second thousand. With the first, the
 * process also fills what it needs only once: code, caches and tables.
 */
async function memoryOfIdle(kind: Kind): Promise<{ readonly rss: number; readonly heap: number }> {
  // Without this bound, the heap also grows with garbage from past answers, and resident memory
  // would say little about the open streams.
  const child = await startChild(SERVER, kind, ['--max-semi-space-size=1'])
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY })
  const open: ClientRequest[] = []
  try {
    for (let index = 0; index < IDLE_STREAMS; index++)
      open.push(await idleStream(child.port, agent))
    const before = await child.memory()
    for (let index = 0; index < IDLE_STREAMS; index++)
      open.push(await idleStream(child.port, agent))
    const { rss, heap } = await child.memory()
    return { rss: (rss - before.rss) / IDLE_STREAMS, heap: (heap - before.heap) / IDLE_STREAMS }
  } finally {
    for (const stream of open) stream.on('error', () => {}).destroy()
    agent.destroy()
    await child.end()
  }
}

async function idleStream(port: number, agent: Agent): Promise<ClientRequest> {
  const { sent, answer } = await send(port, agent, 'idle')
  await new Promise<void>((resolve) => answer.once('data', () => resolve()))
  answer.on('data', () => {}).on('error', () => {})
  return sent
}

/**
 * Measures and gives `idleStreamsMemoryVsNodeHttp`, which compares resident memory. It only reports
 * the heap and the memory that the heap refers to.
 */
export async function idleMemory(report: (line: string) => void): Promise<number> {
  const rss: Record<Kind, number[]> = { bare: [], ours: [] }
  const heap: Record<Kind, number[]> = { bare: [], ours: [] }
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of KINDS) {
      const each = await memoryOfIdle(kind)
      rss[kind].push(each.rss / 1024)
      heap[kind].push(each.heap / 1024)
    }
  }
  for (const kind of KINDS) {
    const resident = `${median(rss[kind]).toFixed(1)} KiB resident (${spread(rss[kind])})`
    report(
      `one of ${IDLE_STREAMS} idle streams, ${kind.padEnd(8)} ${resident}, ${median(heap[kind]).toFixed(1)} KiB heap (${spread(heap[kind])})`,
    )
  }
  return median(rss.ours) / median(rss.bare)
}
