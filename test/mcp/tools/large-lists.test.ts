// One list is judged within one budget of steps, over all its tools and pages. Other people's work
// goes on meanwhile.

import { describe, expect, it } from 'vitest'
import type { Placement } from '../../../src/core/binding.ts'
import { carrier, listed, messagesOf, post, request, tool } from '../parts.ts'

const URL_OF_SERVER = 'https://tasks.example/mcp'
const text = { type: 'string' }

/** A tool whose schema takes about ten thousand steps to judge. */
const slow = (i: number) => ({
  name: `slow_${i}`,
  inputSchema: { type: 'object', required: Array.from({ length: 2_000 }, (_, n) => `name_${n}`) },
})

/** A fetch to a server that answers with these pages, over and over. */
function serving(...pages: readonly (readonly object[])[]) {
  return servingBound({ type: 'header' }, ...pages)
}

function servingBound(placement: Placement, ...pages: readonly (readonly object[])[]) {
  const fetch: typeof globalThis.fetch = async (_, init) => {
    const { id, params, method } = JSON.parse(String(init?.body))
    if (method !== 'tools/list')
      return Response.json({ jsonrpc: '2.0', id, result: { content: [] } })
    const at = Number(params?.cursor ?? 0)
    const more = at + 1 < pages.length ? { nextCursor: `${at + 1}` } : {}
    return Response.json({ jsonrpc: '2.0', id, result: { tools: pages[at], ...more } })
  }
  return carrier(URL_OF_SERVER, { placement }, { fetch })
}

/** Counts the turns that others get until it is told to stop. */
function turns(): () => number {
  let count = 0
  let timer: NodeJS.Timeout | undefined
  const next = () => {
    count++
    timer = setTimeout(next, 0)
  }
  next()
  return () => {
    clearTimeout(timer)
    return count
  }
}

describe('a list that takes more steps than one may take', () => {
  it('is cut: tools that came before stay, the others are refused, and the audit says why, once', async () => {
    const { fetch, events } = serving([
      tool('first', { title: text }),
      ...Array.from({ length: 120 }, (_, i) => slow(i)),
      tool('last', { title: text }),
    ])
    const stop = turns()
    const visible = (await listed(fetch, URL_OF_SERVER)).map(({ name }) => name)
    expect(stop()).toBeGreaterThan(50)
    expect(visible[0]).toBe('first')
    expect(visible.length).toBeGreaterThan(50)
    expect(visible.length).toBeLessThan(120)
    expect(events.filter(({ reason }) => reason === 'tool_refused')).toMatchObject([
      { detail: 'list_too_large', operation: `slow_${visible.length - 1}` },
    ])
    // Nothing is known of the others, so none of them is called.
    for (const name of ['last', 'never listed']) {
      const answer = await fetch(URL_OF_SERVER, post(request('tools/call', { name })))
      expect(await answer.json()).toMatchObject({ result: { isError: true } })
    }
  })

  it('has one budget for all its pages, and the next list has its own', async () => {
    const pages = Array.from({ length: 3 }, (_, page) =>
      Array.from({ length: 50 }, (__, i) => slow(page * 50 + i)),
    )
    const { fetch } = serving(...pages)
    const page = async (cursor?: string) => {
      const asked = request('tools/list', cursor === undefined ? {} : { cursor })
      const [answer] = await messagesOf(await fetch(URL_OF_SERVER, post(asked)))
      return answer?.result.tools.length
    }
    expect(await page()).toBe(50)
    expect(await page('1')).toBeLessThan(50)
    expect(await page('2')).toBe(0)
    expect(await page()).toBe(50)
  })

  it('harms no list of hundreds of ordinary tools', async () => {
    const many = Array.from({ length: 512 }, (_, i) =>
      tool(
        `tool_${i}`,
        Object.fromEntries(Array.from({ length: 12 }, (__, n) => [`field_${i}_${n}`, text])),
      ),
    )
    const { fetch, events } = serving(many)
    expect(await listed(fetch, URL_OF_SERVER)).toHaveLength(512)
    expect(events.filter(({ outcome }) => outcome !== 'allowed')).toEqual([])
  })
})

describe('a page of thousands of tools', () => {
  const many = Array.from({ length: 9_000 }, (_, i) => tool(`tool_${i}`, { title: text }))

  it('is taken up to 8,192 tools, and the audit names the first of the rest', async () => {
    const { fetch, events } = serving(many)
    expect(await listed(fetch, URL_OF_SERVER)).toHaveLength(8_192)
    expect(events.filter(({ reason }) => reason === 'tool_refused')).toMatchObject([
      { detail: 'list_too_large', operation: 'tool_8192' },
    ])
    const call = post(request('tools/call', { name: 'tool_600', arguments: {} }))
    expect(await (await fetch(URL_OF_SERVER, call)).json()).toMatchObject({ result: {} })
  })

  it('is taken up to the number of its pins, and the audit names the first of the rest', async () => {
    const { fetch, events } = servingBound({ type: 'argument', parameters: [] }, many)
    expect(await listed(fetch, URL_OF_SERVER)).toHaveLength(1_024)
    expect(events.flatMap(({ detail }) => detail ?? [])).toEqual(['list_too_large', 'pins_full'])
  })
})

it.each([
  ['must', ['token'], 'parameter_unbound'],
  // It would be taken out, but then the copies would be too many.
  ['may', [], 'schema_too_large'],
])(
  '512 tools that refer in pairs to a credential that one %s send are each refused, and quickly so',
  async (_, required, reason) => {
    const parts = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [
        `d${i}`,
        { allOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] },
      ]),
    )
    const inputSchema = {
      $defs: { ...parts, d12: { properties: { token: text } } },
      $ref: '#/$defs/d0',
      required,
    }
    const { fetch, events } = serving(
      Array.from({ length: 512 }, (_, i) => ({ name: `t${i}`, inputSchema })),
    )
    const stop = turns()
    expect(await listed(fetch, URL_OF_SERVER)).toEqual([])
    expect(stop()).toBeGreaterThan(5)
    const why = events.flatMap(({ detail }) => detail ?? [])
    expect(why).toHaveLength(512)
    expect(new Set(why)).toEqual(new Set([reason]))
  },
)

it('a tool whose many passwords stand beside thousands of names is judged within its budget', async () => {
  const properties = Object.fromEntries([
    ...Array.from({ length: 200 }, (_, i) => [`x${i}y_password`, text]),
    ...Array.from({ length: 1_500 }, (_, i) => [`field_${i}`, text]),
  ])
  const inputSchema = { type: 'object', properties }
  const start = performance.now()
  const { fetch, events } = serving([
    { name: 'slow', inputSchema },
    ...Array.from({ length: 5 }, (_, i) => tool(`t${i}`, { title: text })),
  ])
  expect((await listed(fetch, URL_OF_SERVER)).length).toBeGreaterThanOrEqual(5)
  expect(performance.now() - start).toBeLessThan(10_000)
  expect(events.flatMap(({ detail }) => detail ?? []).length).toBeLessThanOrEqual(1)
})
