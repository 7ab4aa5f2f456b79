// Replays exchanges with the official server, event by event. Ids that the server makes are
// compared by order of appearance.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { conformanceApp } from './conformance-responder.ts'
import { eventReader, type Loose, request, testChat } from './support.ts'

interface Case {
  readonly case: string
  readonly steps: readonly {
    readonly user: string
    readonly request: unknown
    readonly expect: Loose
  }[]
}

/**
 * Recorded from `openai-chatkit` 1.6.5. Where that cuts off a stream, answers 500, or lets one
 * person touch what is another's, a refusal is expected. In more-cases.json a refusal is also
 * expected for what this server refuses on purpose (docs/chat/from-python.md).
 */
const cases: readonly Case[] = ['cases.json', 'more-cases.json'].flatMap((name) =>
  JSON.parse(readFileSync(new URL(`./recorded/${name}`, import.meta.url), 'utf8')),
)

it.each(cases)(
  'the recorded exchange $case gets the answers of the reference server',
  async ({ steps }) => {
    const { respond, ...app } = conformanceApp()
    const chat = testChat(respond, app)
    const ids = symbols()
    for (const step of steps) {
      const body =
        typeof step.request === 'string' ? step.request : ids.resolve(JSON.stringify(step.request))
      const response = await chat.handler(request(step.user, body))
      const { refused, events, cancelled, body: expected } = step.expect
      if (refused) {
        expect(refused).toContain(response.status)
        expect(await response.json()).toHaveProperty('message', expect.any(String))
      } else if (events) {
        const reader = eventReader(response)
        const got: Loose[] = []
        while (!cancelled || got.length < events.length) {
          const event = await reader.next()
          if (!event) break
          got.push(ids.normalise(event))
        }
        if (cancelled) await reader.stop()
        expect(got).toEqual(events)
      } else {
        expect(response.status).toBe(200)
        expect(ids.normalise(await response.json())).toEqual(expected)
      }
    }
  },
)

function symbols() {
  const known = new Map<string, string>()
  const isId = (key: string, value: string) =>
    ['thread_id', 'item_id', 'after'].includes(key) ||
    (key === 'id' && !/^(q\d|e1|i1|t\d?)$/.test(value))
  const symbol = (value: string): string => {
    if (value.startsWith('fx_')) return value
    const found = known.get(value) ?? `<id:${known.size + 1}>`
    known.set(value, found)
    return found
  }
  const normalise = (value: Loose, key = ''): Loose => {
    if (Array.isArray(value)) return value.map((one) => normalise(one, key))
    if (value && typeof value === 'object') {
      return Object.fromEntries(
        Object.entries(value).map(([name, one]) => [name, normalise(one, name)]),
      )
    }
    if (typeof value !== 'string') return value
    if (key === 'created_at')
      return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) ? '<ts>' : value
    return isId(key, value) ? symbol(value) : value
  }
  const resolve = (text: string) =>
    text.replace(
      /<id:\d+>/g,
      (asked) => [...known].find(([, found]) => found === asked)?.[0] ?? 'thr_unknown',
    )
  return { normalise, resolve }
}
