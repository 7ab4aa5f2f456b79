import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { UserContent } from '../../../src/chatkit/protocol/item.ts'
import type { JsonValue } from '../../../src/chatkit/protocol/json.ts'
import type { StreamRequest, UserMessageInput } from '../../../src/chatkit/protocol/request.ts'
import { readOnce } from '../../../src/chatkit/requests/idempotency.ts'

function input(text: string, data: Readonly<Record<string, JsonValue>> = {}): UserMessageInput {
  const content: readonly UserContent[] = [
    { type: 'input_text', text },
    { type: 'input_tag', id: 'tag', text: '@', data, interactive: false },
  ]
  return { content, attachments: [], inference_options: {} }
}

function create(text: string, data: Readonly<Record<string, JsonValue>> = {}): StreamRequest {
  return { type: 'threads.create', params: { input: input(text, data) } }
}

function asked(request: StreamRequest, key = 'k') {
  return readOnce(new Headers({ 'idempotency-key': key }), request)
}

async function digestOf(request: StreamRequest): Promise<string | undefined> {
  const once = await asked(request)
  return once.ok ? once.value?.digest : undefined
}

describe('the idempotency key', () => {
  it('the idempotency key is not needed', async () => {
    expect(await readOnce(new Headers(), create('hi'))).toEqual({ ok: true, value: undefined })
  })

  it.each([['a'], ['x'.repeat(255)], ['0b3f-…'.replace('…', '!~')]])('%j is one', async (key) => {
    expect(await asked(create('hi'), key)).toMatchObject({ ok: true, value: { key } })
  })

  it.each([[''], ['x'.repeat(256)], ['two words'], ['é'], ['a\tb']])(
    '%j is refused',
    async (key) => {
      expect(await asked(create('hi'), key)).toMatchObject({
        ok: false,
        refusal: { status: 400, code: 'invalid_request' },
      })
    },
  )

  it('the idempotency key is not looked at for requests whose state says whether they were done', async () => {
    const retry: StreamRequest = {
      type: 'threads.retry_after_item',
      params: { thread_id: 't', item_id: 'i' },
    }
    expect(await asked(retry, 'two words')).toEqual({ ok: true, value: undefined })
  })
})

describe('the digest of a request', () => {
  it('the digest of a request is 256 bits, and has nothing of the message in it', async () => {
    const digest = await digestOf(create('a secret'))
    expect(Buffer.from(digest ?? '', 'base64')).toHaveLength(32)
    expect(digest).not.toContain('secret')
  })

  it('the digest of a request does not depend on the order of keys, nor on the metadata', async () => {
    const value = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }))
    await fc.assert(
      fc.asyncProperty(value, async (data) => {
        const turned = Object.fromEntries(Object.entries(data).reverse())
        const a = create('hi', parsed(data))
        expect(await digestOf({ ...create('hi', parsed(turned)), metadata: { other: 1 } })).toBe(
          await digestOf(a),
        )
      }),
      { numRuns: 50 },
    )
  })

  it('the digest of a request tells any two different bodies apart, also those that only look alike', async () => {
    const bodies: StreamRequest[] = [
      create('hi'),
      create('hi '),
      create('hi', { a: null }),
      create('hi', { a: [] }),
      create('hi', { a: {} }),
      create('hi', { a: { object: [] } }),
      create('hi', { a: [['b', 1]] }),
      create('hi', { a: { b: 1 } }),
      create('hi', { a: { object: [['b', 1]] } }),
      create('hi', { a: '1' }),
      create('hi', { a: 1 }),
      { type: 'threads.add_user_message', params: { thread_id: 't', input: input('hi') } },
      { type: 'threads.add_user_message', params: { thread_id: 'u', input: input('hi') } },
    ]
    const digests = await Promise.all(bodies.map(digestOf))
    expect(new Set(digests).size).toBe(bodies.length)
  })
})

function parsed(value: unknown): Readonly<Record<string, JsonValue>> {
  return JSON.parse(JSON.stringify(value))
}
