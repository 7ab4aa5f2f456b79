// The body of a request is parsed once on its way through guard, placing and answer.

import { afterEach, expect, it, vi } from 'vitest'
import type { BindingInput } from '../../src/core/binding.ts'
import { CALL_ID, callOf, carrier, OLD, post } from './parts.ts'

const URL = 'http://127.0.0.1:9/mcp'

afterEach(() => vi.restoreAllMocks())

it.each<[string, Omit<BindingInput, 'url'>]>([
  ['header', {}],
  ['meta', { placement: { type: 'meta', key: 'com.example/access-token' } }],
  ['argument', { placement: { type: 'argument', parameters: 'everywhere' } }],
])(
  'parses the body of a tool call once with the placement %s, and once more to list tools',
  async (type, binding) => {
    const server: typeof globalThis.fetch = async (_, init) => {
      const body = String(init?.body)
      const isList = body.includes('tools/list')
      // Parsing it here would be counted.
      const id = isList ? /"id":"([^"]+)"/.exec(body)?.[1] : CALL_ID
      return Response.json({
        jsonrpc: '2.0',
        id,
        result: isList ? { tools: [OLD] } : { content: [] },
      })
    }
    const { fetch } = carrier(URL, binding, { fetch: server })
    const parse = vi.spyOn(JSON, 'parse')
    const init = post(callOf('add_task', { title: 'milk' }))
    await (await fetch(URL, init)).text()
    const bodies = parse.mock.calls
      .map(([text]) => text)
      .filter((text) => text.includes('"method"'))
    const lists = bodies.filter((text) => text.includes('tools/list'))
    expect(bodies.filter((text) => text === init.body)).toHaveLength(1)
    expect(bodies).toHaveLength(1 + lists.length)
    expect(lists).toHaveLength(type === 'argument' ? 1 : 0)
  },
)

it('refuses a call of an unknown tool whose arguments have more names than can be read in one go', async () => {
  const asked: string[] = []
  const server: typeof globalThis.fetch = async (_, init) => {
    const { id, method } = JSON.parse(String(init?.body))
    asked.push(method)
    return Response.json({ jsonrpc: '2.0', id, result: { tools: [], content: [] } })
  }
  const { fetch } = carrier(URL, {}, { fetch: server })
  const names = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`name_of_${i}`, 1]))
  await fetch(URL, post(callOf('unlisted', names(5_000))))
  expect(asked).toEqual(['tools/call'])
  const answer = await fetch(URL, post(callOf('unlisted', names(50_000))))
  expect(await answer.json()).toMatchObject({ result: { isError: true } })
  expect(asked).toEqual(['tools/call', 'tools/list'])
})
