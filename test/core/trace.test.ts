import { describe, expect, it } from 'vitest'
import { traceOf, traceparents } from '../../src/core/trace.ts'

const ID = '4bf92f3577b34da6a3ce929d0e0e4736'

describe('the trace id', () => {
  it('the trace id is that of a valid traceparent', () => {
    expect(traceOf(new Headers({ traceparent: `00-${ID}-00f067aa0ba902b7-01` }))).toBe(ID)
  })

  it.each([
    undefined,
    '',
    ID,
    `00-${ID}-00f067aa0ba902b7`,
    `00-${ID.toUpperCase()}-00f067aa0ba902b7-01`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `01-${ID}-00f067aa0ba902b7-01`,
    `00-${ID}-00f067aa0ba902b7-01, 00-${ID}-00f067aa0ba902b7-01`,
    `00-${ID}"\\-00f067aa0ba902b7-01`,
  ])('the trace id is a new random one when the header is %j', (value) => {
    const headers = new Headers(value === undefined ? {} : { traceparent: value })
    const [first, second] = [traceOf(headers), traceOf(headers)]
    expect(first).toMatch(/^[0-9a-f]{32}$/)
    expect(first).not.toBe(ID)
    expect(first).not.toBe(second)
  })

  it('the trace id goes out in a traceparent with a new span each time', () => {
    const next = traceparents(ID)
    const [first, second, third] = [next(), next(), traceparents(ID)()]
    expect(new Set([first, second, third]).size).toBe(3)
    expect(first).toMatch(new RegExp(`^00-${ID}-[0-9a-f]{16}-01$`))
    expect(traceOf(new Headers({ traceparent: first }))).toBe(ID)
  })
})
