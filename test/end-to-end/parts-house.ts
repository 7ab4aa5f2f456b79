// TaskFlow's real parts, behind listeners that a test closes and opens again. The deadlines are
// short enough for a test.

import { rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { Deadlines } from '../../examples/taskflow/deadlines.ts'
import { freePorts } from '../../examples/taskflow/listen.ts'
import { type TaskflowModel, taskflowModel } from '../../examples/taskflow/model.ts'
import { createParts, type Parts } from '../../examples/taskflow/parts.ts'
import {
  classicUrl,
  literalUrl,
  PORTS,
  type TaskflowUrls,
  taskflowUrls,
  thiefUrl,
} from '../../examples/taskflow/urls.ts'
import { type LogLine, memoryLog, retried, temporaryFolder } from './fixtures.ts'

export type Part = Exclude<keyof Parts, 'close'>

/** `down` refuses connections, `silent` takes them and never answers. */
export type State = 'up' | 'down' | 'silent'

export interface PartsHouse {
  readonly urls: TaskflowUrls
  readonly dataDir: string
  readonly lines: LogLine[]
  set(part: Part, state: State): Promise<void>
  /** Fulfilled when a silent part gets its next request. */
  nextSilence(part: Part): Promise<void>
  /** Runs a function once in the middle of an answer: the tools are listed, the model is silent. */
  inMidAnswer(step: () => Promise<void>): void
  stop(): Promise<void>
}

/** Starts all parts. The deadlines leave room for a busy machine. */
export async function startParts(
  deadlines: Deadlines = { issuer: 700, api: 1400, mcp: 2800 },
): Promise<PartsHouse> {
  const dataDir = await temporaryFolder()
  const { lines, log } = memoryLog()
  let midAnswer: (() => Promise<void>) | undefined
  const model = interruptedModel(async () => {
    const step = midAnswer
    midAnswer = undefined
    await step?.()
  })
  return await retried(async () => {
    const urls = taskflowUrls(await freePorts(PORTS))
    const parts = await createParts({ urls, dataDir, model, log, deadlines })
    const listeners = {
      issuer: await listener(urls.issuer, parts.issuer),
      api: await listener(urls.api, parts.api),
      mcp: await listener(urls.mcp, parts.mcp),
      classic: await listener(classicUrl(urls), parts.classic),
      literal: await listener(literalUrl(urls), parts.literal),
      thief: await listener(thiefUrl(urls), parts.thief),
      gateway: await listener(urls.gateway, parts.gateway),
      web: await listener(urls.web, parts.web),
    }
    return {
      urls,
      dataDir,
      lines,
      set: (part, state) => listeners[part].set(state),
      nextSilence: (part) => listeners[part].nextSilence(),
      inMidAnswer(step) {
        midAnswer = step
      },
      async stop() {
        for (const { set } of Object.values(listeners)) await set('down')
        await parts.close()
        await rm(dataDir, { recursive: true, force: true })
      },
    }
  })
}

/** The stand-in, with something that happens before it answers. */
function interruptedModel(before: () => Promise<void>): TaskflowModel {
  const { model, ...choice } = taskflowModel({})
  return {
    ...choice,
    model: {
      getResponse: (request) => model.getResponse(request),
      async *getStreamedResponse(request) {
        await before()
        yield* model.getStreamedResponse(request)
      },
    },
  }
}

/** Listens at a URL. Returns a function that changes the state. */
async function listener(url: string, handler: RequestListener) {
  const waiting: (() => void)[] = []
  const server = createServer((request, response) => {
    if (state === 'up') handler(request, response)
    else for (const tell of waiting.splice(0)) tell()
  })
  let state: State = 'down'
  const set = async (wanted: State): Promise<void> => {
    if (wanted === 'down' && state !== 'down') {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    }
    if (wanted !== 'down' && state === 'down') {
      await new Promise<void>((resolve, reject) => {
        server.once('error', () => reject(new Error(`${url} is in use`)))
        server.listen(Number(new URL(url).port), '127.0.0.1', resolve)
      })
    }
    // The requests that wait for an answer get none.
    if (wanted === 'up' && state === 'silent') server.closeAllConnections()
    state = wanted
  }
  await set('up')
  return { set, nextSilence: () => new Promise<void>((resolve) => waiting.push(resolve)) }
}
