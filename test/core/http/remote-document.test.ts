import { beforeEach, describe, expect, it } from 'vitest'
import { granted, type Result, refused } from '../../../src/core/errors.ts'
import { fetchJson } from '../../../src/core/http/bounded-json.ts'
import { type RemoteDocument, remoteDocument } from '../../../src/core/http/remote-document.ts'
import { deferred, handClock, reasonOf } from '../parts.ts'

const FRESH = 600
const STALE = 3600
const COOLDOWN = 30

let clock: ReturnType<typeof handClock>
let requests: number
/** What the issuer answers to the next request. By default, the number of the request. */
let answer: () => Promise<Result<number>>
let document: RemoteDocument<number>

beforeEach(() => {
  clock = handClock()
  requests = 0
  answer = async () => granted(requests)
  document = remoteDocument({
    load() {
      requests++
      return answer()
    },
    now: clock.now,
    freshSeconds: FRESH,
    staleSeconds: STALE,
    cooldownSeconds: COOLDOWN,
  })
})

const isDown = async () => refused('issuer_unavailable')

describe('a fresh document', () => {
  it('a document is asked for at the first use, and not before', async () => {
    expect(requests).toBe(0)
    expect(await document.current()).toEqual(granted(1))
  })

  it('a document is given from memory until it is as old as it may be', async () => {
    await document.current()
    clock.forward(FRESH - 1)
    expect(await document.current()).toEqual(granted(1))
    clock.forward(1)
    expect(await document.current()).toEqual(granted(2))
  })

  it('a document counts its age from the request and not from the answer', async () => {
    answer = async () => {
      clock.forward(FRESH - 1)
      return granted(requests)
    }
    await document.current()
    clock.forward(1)
    expect(await document.current()).toEqual(granted(2))
  })

  it('a document is asked for again when the clock was set back, for its age is unknown', async () => {
    await document.current()
    clock.forward(-1)
    expect(await document.current()).toEqual(granted(2))
  })
})

describe('while the issuer is down', () => {
  it.each([
    ['a refusal', isDown],
    ['an error', () => Promise.reject(new Error('canary'))],
  ])('%s without any document is issuer_unavailable', async (_, down) => {
    answer = down
    expect(await document.current()).toEqual(refused('issuer_unavailable'))
  })

  it('an old document serves until its bound, and no longer', async () => {
    await document.current()
    answer = isDown
    clock.forward(FRESH)
    expect(await document.current()).toEqual(granted(1))
    clock.forward(STALE - 1)
    expect(await document.current()).toEqual(granted(1))
    clock.forward(1)
    expect(reasonOf(await document.current())).toBe('issuer_unavailable')
  })

  it('a failed request is repeated after a second, and not before', async () => {
    answer = isDown
    await document.current()
    await document.current()
    expect(requests).toBe(1)
    clock.forward(1)
    await document.current()
    expect(requests).toBe(2)
  })

  it('nobody waits for the next request where there is an old document', async () => {
    await document.current()
    answer = isDown
    clock.forward(FRESH)
    await document.current()
    clock.forward(1)
    answer = () => new Promise(() => {})
    expect(await document.current()).toEqual(granted(1))
    expect(requests).toBe(3)
  })

  it('the first request that is answered again replaces the old document', async () => {
    await document.current()
    answer = isDown
    clock.forward(FRESH)
    await document.current()
    clock.forward(1)
    answer = async () => granted(requests)
    expect(await document.current()).toEqual(granted(1))
    expect(await document.current()).toEqual(granted(3))
  })
})

describe('concurrent readers', () => {
  it('share one request', async () => {
    const coming = deferred<Result<number>>()
    answer = () => coming.promise
    const readers = [document.current(), document.again(), document.current()]
    coming.resolve(granted(7))
    expect(await Promise.all(readers)).toEqual([granted(7), granted(7), granted(7)])
    expect(requests).toBe(1)
  })

  it('concurrent readers get the document although another one gave up', async () => {
    const coming = deferred<Result<number>>()
    answer = () => coming.promise
    const leaving = new AbortController()
    const left = document.current({ signal: leaving.signal })
    const stayed = document.current()
    leaving.abort()
    expect(await left).toEqual(refused('cancelled'))
    coming.resolve(granted(7))
    expect(await stayed).toEqual(granted(7))
  })

  it('that gave up get no old document instead: they want none', async () => {
    await document.current()
    clock.forward(FRESH)
    answer = () => new Promise(() => {})
    expect(await document.current({ signal: AbortSignal.abort() })).toEqual(refused('cancelled'))
  })
})

it('says why there is no document, in the words of the last request', async () => {
  const why = refused('issuer_mismatch_metadata', { expected: 'a', found: 'b' })
  answer = async () => why
  expect(await document.current()).toEqual(why)
  // Within the second in which nobody asks again.
  expect(await document.current()).toEqual(why)
})

describe('asking again', () => {
  it('asking again makes a request although the document is fresh, once in the cool-down', async () => {
    await document.current()
    clock.forward(COOLDOWN - 1)
    expect(await document.again()).toEqual(granted(1))
    clock.forward(1)
    expect(await document.again()).toEqual(granted(2))
    expect(await document.again()).toEqual(granted(2))
    expect(requests).toBe(2)
  })

  it('asking again has the cool-down after a failed request as well', async () => {
    await document.current()
    clock.forward(COOLDOWN)
    answer = isDown
    expect(await document.again()).toEqual(granted(1))
    clock.forward(COOLDOWN - 1)
    await document.again()
    expect(requests).toBe(2)
    clock.forward(1)
    await document.again()
    expect(requests).toBe(3)
  })
})

describe('over a bounded request', () => {
  /** A document that is loaded as metadata and keys are. */
  function over(response: () => Response): RemoteDocument<unknown> {
    const load = async (): Promise<Result<unknown>> => {
      const loaded = await fetchJson(
        'https://login.example/jwks',
        {},
        { fetch: async () => response(), deadline: 10_000 },
      )
      return loaded.ok ? granted(loaded.value.json) : loaded
    }
    return remoteDocument({
      load,
      now: clock.now,
      freshSeconds: FRESH,
      staleSeconds: STALE,
      cooldownSeconds: COOLDOWN,
    })
  }

  it('a bounded request gives the parsed body', async () => {
    expect(await over(() => Response.json({ keys: [] })).current()).toEqual(granted({ keys: [] }))
  })

  it('a bounded request has no document when the body is too large, and closes its connection', async () => {
    let isClosed = false
    const endless = () =>
      new ReadableStream({
        pull: (output) => output.enqueue(new Uint8Array(64 * 1024).fill(32)),
        cancel: () => {
          isClosed = true
        },
      })
    expect(reasonOf(await over(() => new Response(endless())).current())).toBe('issuer_unavailable')
    expect(isClosed).toBe(true)
  })

  it('a bounded request has no document when the issuer redirects: the place of keys is configured', async () => {
    const redirect = () => Response.redirect('https://evil.example/jwks', 302)
    expect((await over(redirect).current()).ok).toBe(false)
  })

  it('a bounded request keeps the old document when the issuer begins to redirect', async () => {
    const responses = [
      Response.json({ keys: [] }),
      Response.redirect('https://evil.example/jwks', 302),
    ]
    const keys = over(() => responses.shift() ?? Response.error())
    await keys.current()
    clock.forward(FRESH)
    expect(await keys.current()).toEqual(granted({ keys: [] }))
  })
})
