import { readdir } from 'node:fs/promises'
import { describe, expect, it, vi } from 'vitest'
import { memoryRateLimit, memoryThreadStore } from '../../../src/chatkit/index.ts'
import { takeFormFile } from '../../../src/store/attachments/form-file.ts'
import { diskAttachments } from '../../../src/store/index.ts'
import type { Loose } from '../../chatkit/support.ts'
import { ALICE, BOB, chunks, type House, house, KEY, URL_BASE } from './house.ts'

const BOUNDARY = '----boundary'

function part(headers: string, body: string): string {
  return `--${BOUNDARY}\r\n${headers}\r\n\r\n${body}\r\n`
}

function filePart(body: string, name = 'a.txt', type = 'text/plain', field = 'file'): string {
  return part(
    `Content-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: ${type}`,
    body,
  )
}

const END = `--${BOUNDARY}--\r\n`

function post(
  home: House,
  body: NonNullable<RequestInit['body']>,
  headers: Readonly<Record<string, string>> = {},
  who = 'alice',
) {
  const authorization = { authorization: `Bearer ${who}` }
  const type: Record<string, string> =
    body instanceof FormData ? {} : { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }
  return home.send(URL_BASE, {
    method: 'POST',
    body,
    headers: { ...authorization, ...type, ...headers },
    ...{ duplex: 'half' },
  })
}

async function codeOf(response: Response): Promise<string> {
  const { code, message }: Loose = await response.json()
  expect(message).toMatch(/\.$/)
  return `${response.status} ${code}`
}

async function filesOf({ path }: House): Promise<readonly string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile() && entry.name !== 'owner').map(({ name }) => name)
}

describe('a direct upload', () => {
  it('a direct upload takes the file of a form that a browser makes, for the person who is signed in', async () => {
    const home = await house()
    const form = new FormData()
    form.set('other', 'not looked at')
    form.set('file', new File(['hello'], 'grüße 😀.txt', { type: 'text/plain' }))
    const response = await post(home, form)
    expect(response.status).toBe(200)
    const attachment: Loose = await response.json()
    expect(attachment).toEqual({
      id: expect.stringMatching(/^atc_/),
      name: 'grüße 😀.txt',
      mime_type: 'text/plain',
      type: 'file',
    })
    expect(await home.record(ALICE, attachment.id)).toMatchObject({ size: 5 })
    expect(await home.record(BOB, attachment.id)).toBeUndefined()
    expect(Buffer.from((await home.attachments.read(ALICE, attachment.id)) ?? []).toString()).toBe(
      'hello',
    )
    expect(await filesOf(home)).toEqual([attachment.id])
    expect(home.ended()).toBe(1)
  })

  it('a direct upload of an image has a preview that works', async () => {
    const home = await house()
    const attachment: Loose = await (
      await post(home, filePart('PNG!', 'a.png', 'image/png') + END)
    ).json()
    expect(await (await home.send(attachment.preview_url)).text()).toBe('PNG!')
    expect(attachment).not.toHaveProperty('metadata')
  })

  it('a direct upload is refused with the answer of `admit` when nobody is signed in', async () => {
    const home = await house()
    const response = await post(home, filePart('a') + END, {}, 'nobody')
    expect([response.status, await response.json()]).toEqual([401, { message: 'Sign in.' }])
    expect(await filesOf(home)).toEqual([])
  })

  it('a direct upload does not exist when no `admit` was given', async () => {
    const { path } = await house()
    const closed = diskAttachments(path, { store: memoryThreadStore(), url: URL_BASE, key: KEY })
    const response = await closed.fetch(new Request(URL_BASE, { method: 'POST', body: '' }))
    expect(response && (await codeOf(response))).toBe('404 not_found')
  })

  it('a direct upload counts as a request', async () => {
    const home = await house({ rateLimit: memoryRateLimit({ requests: { most: 1, per: 60 } }) })
    expect((await post(home, filePart('a') + END)).status).toBe(200)
    const response = await post(home, filePart('a') + END)
    expect(response.headers.get('retry-after')).toBe('60')
    expect(await codeOf(response)).toBe('429 too_many_requests')
    expect((await post(home, filePart('a') + END, {}, 'bob')).status).toBe(200)
    expect(home.ended()).toBe(3)
  })

  const other = part('Content-Disposition: form-data; name="file"', 'text')
  const many = Array.from({ length: 30 }, (_, index) =>
    filePart('x', 'x', 'text/plain', `f${index}`),
  ).join('')
  it.each([
    ['without a file', END, '400 invalid_request'],
    ['with a text of that name', other + END, '400 invalid_request'],
    [
      'with the file in another field',
      filePart('a', 'a.txt', 'text/plain', 'files') + END,
      '400 invalid_request',
    ],
    ['with the file after too many others', many + filePart('a') + END, '400 invalid_request'],
    ['that is none', 'nothing', '400 invalid_request'],
    ['that is empty', '', '400 invalid_request'],
    ['that ends in the file', filePart('a'), '400 invalid_request'],
    [
      'with a page',
      filePart('<script>', 'a.html', 'text/html') + END,
      '415 unsupported_media_type',
    ],
    [
      'with a large page',
      filePart('<'.repeat(500_000), 'a.html', 'text/html') + END,
      '415 unsupported_media_type',
    ],
    [
      'with a file of a type that is none',
      filePart('a', 'a', 'x') + END,
      '415 unsupported_media_type',
    ],
    ['with a file that is too large', filePart('a'.repeat(1001)) + END, '413 payload_too_large'],
    [
      'with too much around the file',
      part('Content-Disposition: form-data; name="x"', 'x'.repeat(70_000)) + END,
      '413 payload_too_large',
    ],
    [
      'with headers that do not end',
      `--${BOUNDARY}\r\nX: ${'x'.repeat(60_000)}`,
      '400 invalid_request',
    ],
  ])('a direct upload of a form %s is refused, and leaves nothing', async (_, body, code) => {
    const home = await house({ limits: { bytes: code.startsWith('415') ? 1_000_000 : 1000 } })
    expect(await codeOf(await post(home, body))).toBe(code)
    expect(await codeOf(await post(home, chunks(...(body.match(/.{1,4096}/gs) ?? []))))).toBe(code)
    expect(await filesOf(home)).toEqual([])
    expect(home.errors).toEqual([])
    expect(home.ended()).toBe(2)
  })

  it.each([
    ['no form', 'application/json', '415 unsupported_media_type'],
    ['a form of another kind', 'application/x-www-form-urlencoded', '415 unsupported_media_type'],
    ['a form without a boundary', 'multipart/form-data', '400 invalid_request'],
    ['nothing', '', '415 unsupported_media_type'],
  ])('that says it is %s is refused', async (_, type, code) => {
    const home = await house()
    expect(await codeOf(await post(home, filePart('a') + END, { 'content-type': type }))).toBe(code)
    expect(await filesOf(home)).toEqual([])
  })

  it('a direct upload is not read when it says that it is too large', async () => {
    const home = await house({ limits: { bytes: 10 } })
    let read = 0
    let cancelled = false
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        pull() {
          read += 1
        },
        cancel() {
          cancelled = true
        },
      },
      { highWaterMark: 0 },
    )
    expect(await codeOf(await post(home, body, { 'content-length': '70000' }))).toBe(
      '413 payload_too_large',
    )
    expect([read, cancelled]).toEqual([0, true])
  })

  it('a direct upload takes the first file of the field and ignores what follows', async () => {
    const home = await house()
    const response = await post(home, filePart('first') + filePart('second') + END)
    const { id }: Loose = await response.json()
    expect(Buffer.from((await home.attachments.read(ALICE, id)) ?? []).toString()).toBe('first')
    expect(await filesOf(home)).toEqual([id])
  })

  it('a direct upload leaves nothing, wherever it breaks off', async () => {
    const home = await house({ limits: { personFiles: 100_000 } })
    const whole = `${filePart('x', 'x', 'text/plain', 'other')}${filePart('hello, all of you')}${END}`
    for (let at = 0; at < whole.length; at += 7) {
      const broken = new ReadableStream<Uint8Array<ArrayBuffer>>({
        start: (controller) => controller.enqueue(new TextEncoder().encode(whole.slice(0, at))),
        pull: (controller) => controller.error(new Error('gone')),
      })
      expect(await codeOf(await post(home, broken))).toBe('400 incomplete')
    }
    expect(await filesOf(home)).toEqual([])
    expect(home.errors).toEqual([])
  })

  it('a direct upload is refused or complete when it is cut at any byte, and never hangs', async () => {
    const home = await house()
    const body = 'hello, all of you'
    const whole = `${filePart('x', 'x', 'text/plain', 'other')}${filePart(body)}${END}`
    for (let at = 0; at <= whole.length; at += 1) {
      const response = await post(home, chunks(whole.slice(0, at)))
      if (response.status === 200) {
        const { id }: Loose = await response.json()
        expect(Buffer.from((await home.attachments.read(ALICE, id)) ?? []).toString()).toBe(body)
        const record = await home.record(ALICE, id)
        if (record) await home.attachments.remove(record)
      } else expect(await codeOf(response)).toBe('400 invalid_request')
    }
    expect(await filesOf(home)).toEqual([])
  })

  it('a direct upload is given up when it falls silent within the file', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const home = await house()
      let asked = () => {}
      const waiting = new Promise<void>((resolve) => {
        asked = resolve
      })
      const parts = [new TextEncoder().encode(filePart('half of it').slice(0, -5))]
      const silent = new ReadableStream<Uint8Array<ArrayBuffer>>(
        {
          pull(controller) {
            const next = parts.shift()
            if (next) controller.enqueue(next)
            else asked()
          },
        },
        { highWaterMark: 0 },
      )
      const response = post(home, silent)
      await waiting
      await vi.advanceTimersByTimeAsync(30_000)
      expect(await codeOf(await response)).toBe('408 request_timeout')
      expect(await filesOf(home)).toEqual([])
    } finally {
      vi.useRealTimers()
    }
  })

  it('a direct upload is refused when the person has no room left', async () => {
    const home = await house({ limits: { bytes: 1000, personBytes: 1500 } })
    expect((await post(home, filePart('a'.repeat(1000)) + END)).status).toBe(200)
    expect(await codeOf(await post(home, filePart('a'.repeat(1000)) + END))).toBe(
      '413 quota_exceeded',
    )
    const small = filePart('a'.repeat(100)) + END
    expect((await post(home, small, { 'content-length': String(small.length) })).status).toBe(200)
    expect((await post(home, filePart('a'.repeat(1000)) + END, {}, 'bob')).status).toBe(200)
  })

  it('a direct upload leaves nothing when the store fails', async () => {
    const store = {
      ...memoryThreadStore(),
      saveAttachment: () => Promise.reject(new Error('the database is gone')),
    }
    const home = await house({ store })
    expect(await codeOf(await post(home, filePart('a') + END))).toBe('503 unavailable')
    expect(await filesOf(home)).toEqual([])
    expect(home.errors).toHaveLength(1)
    expect(home.ended()).toBe(1)
  })
})

describe('the file of a form', () => {
  it('the file of a form is passed on while it arrives, and is not held in memory', async () => {
    const size = 40 * 1024 * 1024
    const piece = new Uint8Array(64 * 1024)
    let sent = 0
    let ahead = 0
    let got = 0
    async function* source() {
      yield new TextEncoder().encode(filePart('').slice(0, -2))
      for (; sent < size; sent += piece.length) {
        ahead = Math.max(ahead, sent - got)
        yield piece
      }
      yield new TextEncoder().encode(`\r\n${END}`)
    }
    const took = await takeFormFile(
      `multipart/form-data; boundary=${BOUNDARY}`,
      source(),
      size,
      async ({ bytes }) => {
        for await (const chunk of bytes) got += chunk.length
        return got
      },
    )
    expect(took).toBe(size)
    expect(ahead).toBeLessThan(1024 * 1024)
  })
})
