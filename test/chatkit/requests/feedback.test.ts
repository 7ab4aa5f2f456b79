// Ratings of answers, and spoken messages. The app hears them from their owner only, in bounds.

import { describe, expect, it, vi } from 'vitest'
import { ChatkitStreamError } from '../../../src/chatkit/index.ts'
import { type Loose, testChat } from '../support.ts'
import { idsOf, refusalOf, storedItems, threadWith } from '../thread-of.ts'

describe('feedback', () => {
  function chatOf() {
    const heard: Loose[] = []
    const chat = testChat(async function* () {}, {
      feedback: async ({ thread, itemIds, kind, caller }) => {
        heard.push({ thread: thread.id, itemIds, kind, who: caller.principal.subject })
      },
    })
    return { chat, heard }
  }

  it('feedback reaches the app', async () => {
    const { chat, heard } = chatOf()
    const thread_id = await threadWith(chat, [{ id: 'e', type: 'end_of_turn' }])
    const item_ids = idsOf(await storedItems(chat, thread_id))
    for (const kind of ['positive', 'negative']) {
      expect(await chat.json('alice', 'items.feedback', { thread_id, item_ids, kind })).toEqual({})
    }
    expect(heard).toEqual([
      { thread: thread_id, itemIds: item_ids, kind: 'positive', who: 'alice' },
      { thread: thread_id, itemIds: item_ids, kind: 'negative', who: 'alice' },
    ])
  })

  it.each([['none'], ['hidden'], ['of another thread']])(
    'feedback on an item that is %s is refused, even beside items that exist',
    async (what) => {
      const { chat, heard } = chatOf()
      const thread_id = await threadWith(chat, [
        { id: 'hidden', type: 'hidden_context_item', content: 1 },
      ])
      const [own] = idsOf(await storedItems(chat, thread_id))
      const [other = ''] = idsOf(await storedItems(chat, await threadWith(chat)))
      const id = what === 'of another thread' ? other : what
      const params = { thread_id, item_ids: [own, id], kind: 'positive' }
      expect(await refusalOf(await chat.send('alice', 'items.feedback', params))).toEqual([
        404,
        'not_found',
      ])
      expect(heard).toEqual([])
    },
  )

  it.each([
    ['an unknown kind', { item_ids: [], kind: 'neutral' }],
    ['too many items', { item_ids: Array(101).fill('x'), kind: 'positive' }],
    ['items that are no ids', { item_ids: [1], kind: 'positive' }],
  ])('feedback with %s is no request', async (_what, params) => {
    const { chat } = chatOf()
    expect(
      (await chat.send('alice', 'items.feedback', { thread_id: await threadWith(chat), ...params }))
        .status,
    ).toBe(400)
  })

  it('feedback is answered without a handler, and a handler that fails gets an answer that no client repeats', async () => {
    const chat = testChat(async function* () {})
    expect(
      await chat.json('alice', 'items.feedback', {
        thread_id: await threadWith(chat),
        item_ids: [],
        kind: 'positive',
      }),
    ).toEqual({})
    const failing = testChat(async function* () {}, {
      feedback: () => Promise.reject(new Error('hunter2')),
    })
    const params = { thread_id: await threadWith(failing), item_ids: [], kind: 'positive' }
    expect(await refusalOf(await failing.send('alice', 'items.feedback', params))).toEqual([
      409,
      'failed',
    ])
    expect(failing.errors).toHaveLength(1)
  })
})

describe('a recording', () => {
  const heard: Loose[] = []
  const chatOf = (audioBytes = 3000) =>
    testChat(async function* () {}, {
      limits: { audioBytes, bodyBytes: 1000 },
      async transcribe({ audio, mimeType, mediaType, caller }) {
        heard.push([audio.length, mimeType, mediaType, caller.principal.subject])
        return new TextDecoder().decode(audio)
      },
    })
  const recording = (bytes: number, mime_type = 'audio/webm;codecs=opus') => ({
    audio_base64: Buffer.alloc(bytes, 'a').toString('base64'),
    mime_type,
  })

  it.each([
    ['audio/webm;codecs=opus', 'audio/webm'],
    ['audio/mp4', 'audio/mp4'],
    ['Audio/OGG ; codecs=opus', 'audio/ogg'],
    ['video/webm', 'video/webm'],
  ])('a recording of the type %s is written down', async (mime_type, mediaType) => {
    heard.length = 0
    expect(await chatOf().json('alice', 'input.transcribe', recording(2, mime_type))).toEqual({
      text: 'aa',
    })
    expect(heard).toEqual([[2, mime_type, mediaType, 'alice']])
  })

  it('a recording may be larger than other requests, up to its own limit', async () => {
    const chat = chatOf()
    expect((await chat.send('alice', 'input.transcribe', recording(3000))).status).toBe(200)
    expect(await refusalOf(await chat.send('alice', 'input.transcribe', recording(3001)))).toEqual([
      413,
      'payload_too_large',
    ])
    expect((await chat.send('alice', 'input.transcribe', recording(100_000))).status).toBe(413)
    expect(
      (await chat.send('alice', 'threads.update', { thread_id: 'x', title: 'y'.repeat(1001) }))
        .status,
    ).toBe(413)
  })

  it.each(['text/plain', 'application/json', 'audio/', 'audio', '', 'audio/x y', 'image/png'])(
    'a recording of the type %j is refused',
    async (type) => {
      heard.length = 0
      expect((await chatOf().send('alice', 'input.transcribe', recording(2, type))).status).toBe(
        400,
      )
      expect(heard).toEqual([])
    },
  )

  it.each(['YQ', 'YQ=', 'Y Q==', 'YR==', 'YQ==\n', 'Y-_=', '!', 'YQ==YQ=='])(
    'a recording that is not base64 is refused: %j',
    async (audio_base64) => {
      expect(
        (await chatOf().send('alice', 'input.transcribe', { audio_base64, mime_type: 'audio/ogg' }))
          .status,
      ).toBe(400)
    },
  )

  it('a recording is refused when the app does not transcribe, and an error is answered without its message', async () => {
    const nobody = testChat(async function* () {})
    expect(await refusalOf(await nobody.send('alice', 'input.transcribe', recording(1)))).toEqual([
      400,
      'unknown_type',
    ])
    const failing = testChat(async function* () {}, {
      transcribe: () => Promise.reject(new Error('hunter2')),
    })
    expect(await refusalOf(await failing.send('alice', 'input.transcribe', recording(1)))).toEqual([
      503,
      'unavailable',
    ])
    const told = testChat(async function* () {}, {
      transcribe: () => Promise.reject(new ChatkitStreamError({ text: 'Too quiet' })),
    })
    expect(await (await told.send('alice', 'input.transcribe', recording(1))).json()).toEqual({
      code: 'invalid_request',
      message: 'Too quiet',
    })
  })

  it('the transcription is aborted when the client leaves', async () => {
    const gone = new AbortController()
    let signal: AbortSignal | undefined
    const chat = testChat(async function* () {}, {
      transcribe: (given) => {
        signal = given.signal
        return new Promise((_, reject) =>
          given.signal.addEventListener('abort', () => reject(new Error('gone'))),
        )
      },
    })
    const answer = chat.send('alice', 'input.transcribe', recording(1), { signal: gone.signal })
    await vi.waitFor(() => expect(signal).toBeDefined())
    gone.abort()
    await (await answer).text()
    expect(chat.callers[0]?.ended).toBe(1)
  })
})
