// Headers that repeat the body (MCP 2026-07-28): a server that goes by them must do what was judged.

import { describe, expect, it } from 'vitest'
import { callOf, carrier, post, request } from './parts.ts'

const ADDRESS = 'http://127.0.0.1:9/mcp'
const base64 = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`
const PAY = callOf('pay', { to: 'alice', deep: [{ amount: 5, isFast: true, note: 'für' }] })

/** What reaches a server of a message with these headers. */
async function reached(message: unknown, headers: Record<string, string>): Promise<number> {
  let count = 0
  const server: typeof globalThis.fetch = async (_, init) => {
    count += 1
    const { id } = JSON.parse(String(init?.body))
    return Response.json({ jsonrpc: '2.0', id, result: { content: [] } })
  }
  const { fetch } = carrier(ADDRESS, {}, { fetch: server })
  await fetch(ADDRESS, post(message, headers)).catch(() => {})
  return count
}

describe('a header that repeats the body', () => {
  it.each<[string, Record<string, string>]>([
    ['another tool', { 'mcp-name': 'refund' }],
    ['another tool, encoded', { 'mcp-name': base64('refund') }],
    ['what does not decode', { 'mcp-name': '=?base64?!?=' }],
    ['another method', { 'mcp-method': 'tools/list' }],
    ['another text', { 'mcp-param-to': 'mallory' }],
    ['another text, encoded', { 'mcp-param-to': base64('mallory') }],
    ['another number', { 'mcp-param-amount': '5000' }],
    ['the name of a parameter', { 'mcp-param-to': 'to' }],
    ['a parameter twice', { 'mcp-param-to': 'alice, mallory' }],
  ])('stops the call when it says %s', async (_, headers) => {
    expect(await reached(PAY, headers)).toBe(0)
  })

  it('goes on when it says the same', async () => {
    const headers = {
      'mcp-method': 'tools/call',
      'mcp-name': base64('pay'),
      'mcp-param-to': 'alice',
      'mcp-param-amount': '5',
      'mcp-param-fast': 'true',
      'mcp-param-note': base64('für'),
    }
    expect(await reached(PAY, headers)).toBe(1)
  })

  it('is compared with what other requests name', async () => {
    const read = request('resources/read', { uri: 'file:///a' })
    expect(await reached(read, { 'mcp-name': 'file:///b' })).toBe(0)
    const both = request('tools/call', { name: 'pay', uri: 'refund', arguments: {} })
    expect(await reached(both, { 'mcp-name': 'refund' })).toBe(0)
    const prompt = request('prompts/get', { name: 'a' })
    expect(await reached(prompt, { 'mcp-name': 'a', 'mcp-method': 'prompts/get' })).toBe(1)
  })

  it('says nothing of a batch', async () => {
    expect(await reached([PAY], { 'mcp-name': 'pay' })).toBe(0)
  })

  it('reads large arguments once, however many headers there are', async () => {
    const headers: Record<string, string> = {}
    for (let n = 0; n < 500; n++) headers[`mcp-param-${n}`] = '7'
    const args = { all: Array.from({ length: 400_000 }, () => 1), last: 7 }
    expect(await reached(callOf('pay', args), headers)).toBe(1)
  }, 3_000)
})
