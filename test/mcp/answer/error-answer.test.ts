import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reduceErrorAnswer } from '../../../src/mcp/answer/error-answer.ts'

describe('an error answer', () => {
  const request = { id: 7, isToolCall: false, revision: 'v999.0.0' }
  const reduce = async (
    body: string | null | ReadableStream,
    status = 400,
    headers: Record<string, string> = {},
  ) => {
    const response = await reduceErrorAnswer(
      new Response(body, { status, statusText: 'canary', headers }),
      request,
    )
    return {
      status: response.status,
      text: await response.text(),
      headers: Object.fromEntries(response.headers),
      response,
    }
  }

  it.each([
    ['the code', { code: -32602, message: 'canary', data: { canary: 1 } }, { code: -32602 }],
    [
      'the versions that it names',
      { code: -32022, data: { supported: ['2025-11-25'] } },
      { code: -32022, data: { supported: ['2025-11-25'] } },
    ],
    [
      'the version that was asked for',
      { code: -32022, data: { supported: ['2025-11-25'], requested: '2026-07-28' } },
      { code: -32022, data: { supported: ['2025-11-25'], requested: '2026-07-28' } },
    ],
    [
      'the version that this very request named, although it is no date',
      { code: -32022, data: { supported: ['2025-11-25'], requested: 'v999.0.0' } },
      { code: -32022, data: { supported: ['2025-11-25'], requested: 'v999.0.0' } },
    ],
    [
      'the capabilities that the request lacked',
      { code: -32021, data: { requiredCapabilities: { sampling: {}, elicitation: { url: {} } } } },
      { code: -32021, data: { requiredCapabilities: { sampling: {}, elicitation: { url: {} } } } },
    ],
    [
      'no other name of a capability, and nothing that is in one',
      {
        code: -32021,
        data: {
          requiredCapabilities: {
            roots: { canary: {}, listChanged: 'canary' },
            sampling: { tools: { canary: 1 }, context: 'canary' },
            elicitation: 'canary',
            canary: {},
            experimental: { canary: {} },
          },
        },
      },
      { code: -32021, data: { requiredCapabilities: { roots: {}, sampling: { tools: {} } } } },
    ],
    [
      'no data when no capability is left',
      { code: -32021, data: { requiredCapabilities: { canary: {} } } },
      { code: -32021 },
    ],
    [
      'no capabilities that are a list',
      { code: -32021, data: { requiredCapabilities: ['sampling'] } },
      { code: -32021 },
    ],
    [
      'nothing that is no version',
      {
        code: -32022,
        data: { supported: ['canary', 7, '2025-11-25', '2025-11-25 canary'], requested: 'canary' },
      },
      { code: -32022, data: { supported: ['2025-11-25'] } },
    ],
    [
      'no data when no version is left',
      { code: -32022, data: { supported: ['canary'] } },
      { code: -32022 },
    ],
    ['no data that is a list', { code: -32022, data: ['2025-11-25'] }, { code: -32022 }],
  ])('keeps %s', async (_, error, kept) => {
    const { status, text } = await reduce(JSON.stringify({ jsonrpc: '2.0', id: 'canary', error }))
    expect(status).toBe(400)
    expect(JSON.parse(text)).toEqual({
      jsonrpc: '2.0',
      id: 7,
      error: { message: 'The MCP server refused the request.', ...kept },
    })
  })

  it.each([
    ['no body', null],
    ['HTML', '<h1>canary</h1>'],
    ['JSON without an error', '{"canary":1}'],
    ['an error that is a text', '{"error":"canary"}'],
    ['an error without a code', '{"error":{"message":"canary"}}'],
    ['a code that is a text', '{"error":{"code":"canary"}}'],
    ['a code that is a fraction', '{"error":{"code":1.5}}'],
    ['a list', '[{"error":{"code":1}}]'],
    ['more than is looked at', `{"error":{"code":-32022},"x":"${'canary'.repeat(4000)}"}`],
  ])('is reduced to its status when it has %s', async (_, body) => {
    expect(await reduce(body)).toMatchObject({ status: 400, text: '' })
  })

  it('is reduced to its status when the body breaks off', async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('canary')) })
    expect(await reduce(body)).toMatchObject({ status: 400, text: '' })
  })

  it('is not read to the end when its body is endless', async () => {
    let pulled = 0
    let cancelled = false
    const body = new ReadableStream({
      pull(controller) {
        pulled++
        controller.enqueue(new TextEncoder().encode('x'.repeat(1024)))
      },
      cancel() {
        cancelled = true
      },
    })
    expect((await reduce(body)).text).toBe('')
    expect(pulled).toBeLessThan(30)
    expect(cancelled).toBe(true)
  })

  it('keeps Allow when it is valid, and no other header', async () => {
    const headers = {
      allow: 'POST, GET',
      'x-echo': 'canary',
      'www-authenticate': 'Bearer realm="canary"',
      'set-cookie': 'canary',
    }
    expect((await reduce(null, 405, headers)).headers).toEqual({ allow: 'POST, GET' })
    expect((await reduce(null, 405, { allow: 'canary <b>' })).headers).toEqual({})
  })

  it('has no reason phrase from the server', async () => {
    expect((await reduce('{"error":{"code":1}}')).response.statusText).toBe('')
  })

  it('is not read at all when it answers no request', async () => {
    let cancelled = false
    const body = new ReadableStream({
      pull: () => new Promise(() => {}),
      cancel() {
        cancelled = true
        throw new Error('canary')
      },
    })
    const response = await reduceErrorAnswer(new Response(body, { status: 405 }), undefined)
    expect([response.status, response.body, cancelled]).toEqual([405, null, true])
  })

  it('is valid JSON-RPC or nothing, whatever the body is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (body) => {
        const { text } = await reduce(body)
        if (text !== '') expect(Object.keys(JSON.parse(text))).toEqual(['jsonrpc', 'id', 'error'])
      }),
    )
  })
})
