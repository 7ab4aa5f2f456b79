import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { ChatkitStreamError, memoryThreadStore } from '../../../src/chatkit/index.ts'
import type { StoredAttachment } from '../../../src/chatkit/threads/attachment.ts'
import { principalKey } from '../../../src/core/principal.ts'
import { diskAttachments } from '../../../src/store/index.ts'
import type { Loose } from '../../chatkit/support.ts'
import { ALICE, BOB, chunks, type House, house, KEY, put, URL_BASE } from './house.ts'

const DAY = 24 * 3600 * 1000

afterEach(() => {
  vi.useRealTimers()
})

async function filesOf({ path }: House): Promise<readonly string[]> {
  const found: string[] = []
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && entry.name !== 'owner') found.push(entry.name)
  }
  return found.sort()
}

async function folderOf(home: House, { metadata }: StoredAttachment): Promise<string> {
  return join(home.path, String(metadata.folder))
}

async function codeOf(response: Response): Promise<string> {
  const { code, message }: Loose = await response.json()
  expect(message).toMatch(/\.$/)
  expect(response.headers.get('cache-control')).toBe('no-store')
  return `${response.status} ${code}`
}

const NOT_FOUND = '404 not_found'

describe('an upload that is announced', () => {
  it('an upload that is announced is put to its link, and is then complete on disk under its id, with a record that has no link', async () => {
    const home = await house()
    const record = await home.announce(ALICE, 'notes.txt', 5)
    expect(record).toMatchObject({
      type: 'file',
      name: 'notes.txt',
      size: 5,
      mime_type: 'text/plain',
    })
    expect(home.attachments.isUploaded?.(record)).toBe(false)
    const response = await put(record, 'hello', home.send)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      id: record.id,
      name: 'notes.txt',
      mime_type: 'text/plain',
      type: 'file',
    })
    const { upload_descriptor: _, ...done } = record
    const stored = await home.record(ALICE, record.id)
    expect(stored).toEqual(done)
    expect(stored && home.attachments.isUploaded?.(stored)).toBe(true)
    expect(await filesOf(home)).toEqual([record.id])
    expect(await readFile(join(await folderOf(home, record), record.id), 'utf8')).toBe('hello')
  })

  it('an upload that is announced may come in chunks, and may have no bytes at all', async () => {
    const home = await house()
    const record = await home.announce(ALICE, 'a.txt', 6)
    expect((await put(record, chunks('ab', '', 'cd', 'ef'), home.send)).status).toBe(200)
    expect(Buffer.from((await home.attachments.read(ALICE, record.id)) ?? []).toString()).toBe(
      'abcdef',
    )
    const empty = await home.announce(ALICE, 'empty.txt', 0)
    expect((await put(empty, null, home.send)).status).toBe(200)
    expect(await home.attachments.read(ALICE, empty.id)).toHaveLength(0)
  })

  it('an upload that is announced leaves nothing on the disk that others can read', async () => {
    const home = await house()
    const record = await home.upload(ALICE, 'a.txt', 'a')
    const folder = await folderOf(home, record)
    for (const path of [home.path, folder]) expect((await lstat(path)).mode & 0o777).toBe(0o700)
    for (const name of await readdir(folder))
      expect((await lstat(join(folder, name))).mode & 0o777).toBe(0o600)
  })

  it('an upload that is announced is accepted once', async () => {
    const home = await house()
    const record = await home.upload(ALICE, 'a.txt', 'first')
    for (const text of ['other', 'something longer', '']) {
      expect(await codeOf(await put(record, text, home.send))).toBe('409 already_uploaded')
    }
    expect(Buffer.from((await home.attachments.read(ALICE, record.id)) ?? []).toString()).toBe(
      'first',
    )
    expect(await filesOf(home)).toEqual([record.id])
  })

  it('an upload that is announced accepts no second upload while the first is coming, because many would fill the disk', async () => {
    const home = await house()
    const record = await home.announce(ALICE, 'a.txt', 5)
    const answers: string[] = []
    const slow = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        async pull(controller) {
          answers.push(await codeOf(await put(record, 'other', home.send)))
          controller.enqueue(new TextEncoder().encode('first'))
          controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    expect((await put(record, slow, home.send)).status).toBe(200)
    expect(answers).toEqual(['409 upload_under_way'])
  })

  it('an upload that is announced is accepted once, also when two uploads come at the same time', async () => {
    const home = await house()
    const record = await home.announce(ALICE, 'a.txt', 5)
    const answers = await Promise.all(
      ['first', 'other', 'third'].map((text) => put(record, text, home.send)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(2)
    expect(await filesOf(home)).toEqual([record.id])
  })

  it('an upload that is announced is accepted once, also by two instances that share the folder', async () => {
    const one = await house()
    const other = await house({ path: one.path, store: one.store })
    const record = await one.announce(ALICE, 'a.txt', 5)
    const answers = await Promise.all([
      put(record, 'first', one.send),
      put(record, 'other', other.send),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    const kept = Buffer.from((await other.attachments.read(ALICE, record.id)) ?? []).toString()
    expect(kept).toBe(answers[0]?.status === 200 ? 'first' : 'other')
  })

  it('an upload that is announced is complete at the next attempt when the process ended after the bytes and before the record', async () => {
    const home = await house()
    const record = await home.announce(ALICE, 'a.png', 5, 'image/png')
    await writeFile(join(await folderOf(home, record), record.id), 'first')
    const shown = home.attachments.present?.(record)
    expect(await codeOf(await home.send(shown?.type === 'image' ? shown.preview_url : ''))).toBe(
      NOT_FOUND,
    )
    expect(await codeOf(await put(record, 'other', home.send))).toBe('409 already_uploaded')
    expect((await home.record(ALICE, record.id))?.upload_descriptor).toBeUndefined()
    expect(Buffer.from((await home.attachments.read(ALICE, record.id)) ?? []).toString()).toBe(
      'first',
    )
  })

  it.each([
    ['more than were announced', chunks('abc', 'def'), {}, '413 payload_too_large'],
    [
      'more than were announced, by its header',
      'abcde',
      { 'content-length': '6' },
      '413 payload_too_large',
    ],
    ['fewer than were announced', 'abcd', {}, '400 incomplete'],
    ['none', null, {}, '400 incomplete'],
    [
      'those of another type',
      'abcde',
      { 'content-type': 'text/html' },
      '415 unsupported_media_type',
    ],
    ['those of no type', 'abcde', { 'content-type': '' }, '415 unsupported_media_type'],
  ])(
    'an upload that is announced is refused when the bytes are %s, and can be tried again',
    async (_, body, headers, code) => {
      const home = await house()
      const record = await home.announce(ALICE, 'a.txt', 5)
      expect(await codeOf(await put(record, body, home.send, headers))).toBe(code)
      expect(await filesOf(home)).toEqual([`${record.id}.new`])
      expect(await home.record(ALICE, record.id)).toEqual(record)
      expect(
        (await put(record, 'abcde', home.send, { 'content-type': 'text/plain; charset=utf-8' }))
          .status,
      ).toBe(200)
      expect(home.errors).toEqual([])
    },
  )

  it('that is longer than it says is cut off at the announced size', async () => {
    const home = await house()
    const record = await home.announce(ALICE, 'a.txt', 5)
    let given = 0
    const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        given += 1
        controller.enqueue(new Uint8Array(4))
      },
    })
    expect(await codeOf(await put(record, endless, home.send, { 'content-length': '5' }))).toBe(
      '413 payload_too_large',
    )
    expect(given).toBeLessThan(10)
  })

  it('an upload that is announced leaves nothing when it breaks off, and can be tried again', async () => {
    const home = await house()
    const record = await home.announce(ALICE, 'a.txt', 5)
    const broken = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => controller.enqueue(new Uint8Array(2)),
      pull: (controller) => controller.error(new Error('the connection is gone')),
    })
    expect(await codeOf(await put(record, broken, home.send))).toBe('400 incomplete')
    expect(await filesOf(home)).toEqual([`${record.id}.new`])
    expect(home.errors).toEqual([])
    expect((await put(record, 'abcde', home.send)).status).toBe(200)
  })

  it('an upload that is announced is given up when it falls silent', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const home = await house()
    const record = await home.announce(ALICE, 'a.txt', 5)
    let cancelled = false
    const asked = waiting()
    const silent = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        pull: asked.call,
        cancel() {
          cancelled = true
        },
      },
      { highWaterMark: 0 },
    )
    const response = put(record, silent, home.send)
    await asked.called
    await vi.advanceTimersByTimeAsync(29_999)
    expect(cancelled).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await codeOf(await response)).toBe('408 request_timeout')
    expect(cancelled).toBe(true)
    expect(await filesOf(home)).toEqual([`${record.id}.new`])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('an upload that is announced is given up after ten minutes when its bytes come too slowly', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const home = await house()
    const record = await home.announce(ALICE, 'a.txt', 1000)
    let drops = 0
    const drip = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        async pull(controller) {
          drops += 1
          vi.advanceTimersByTime(20_000)
          controller.enqueue(new Uint8Array(1))
        },
      },
      { highWaterMark: 0 },
    )
    expect(await codeOf(await put(record, drip, home.send))).toBe('408 request_timeout')
    expect(drops).toBe(30)
  })

  it.each([
    ['wholly', true, true],
    ['so far only in the store', false, true],
    ['so far only on the disk', true, false],
  ])('that is deleted while its bytes come, %s, is gone', async (_, bytes, row) => {
    const home = await house()
    const record = await home.announce(ALICE, 'a.txt', 4)
    const slow = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        async pull(controller) {
          controller.enqueue(new TextEncoder().encode('abcd'))
          await vi.waitFor(async () => expect(await filesOf(home)).toHaveLength(2))
          if (bytes) await home.attachments.remove(record)
          if (row) await home.store.deleteAttachment(principalKey(ALICE), record.id)
          controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    expect(await codeOf(await put(record, slow, home.send))).toBe(NOT_FOUND)
    expect(await filesOf(home)).toEqual([])
    expect(await home.record(ALICE, record.id)).toEqual(row ? undefined : record)
    expect(home.errors).toEqual([])
  })

  it('an upload that is announced fails with a clean refusal when the store does, and can be tried again', async () => {
    const store = memoryThreadStore()
    let broken = false
    const home = await house({
      store: {
        ...store,
        saveAttachment: (owner, attachment) =>
          broken
            ? Promise.reject(new Error('the database is gone'))
            : store.saveAttachment(owner, attachment),
      },
    })
    const record = await home.announce(ALICE, 'a.txt', 5)
    broken = true
    const response = await put(record, 'abcde', home.send)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(await response.text()).not.toContain('database')
    expect(response.status).toBe(503)
    expect(home.errors).toHaveLength(1)
    broken = false
    expect(await codeOf(await put(record, 'abcde', home.send))).toBe('409 already_uploaded')
    expect(Buffer.from((await home.attachments.read(ALICE, record.id)) ?? []).toString()).toBe(
      'abcde',
    )
  })

  it('an upload that is announced has a link that works for ten minutes', async () => {
    const home = await house()
    const record = await home.announce(ALICE, 'a.txt', 1)
    home.pass(599_000)
    expect((await put(record, 'ab', home.send)).status).toBe(413)
    home.pass(2000)
    expect(await codeOf(await put(record, 'a', home.send))).toBe(NOT_FOUND)
  })

  it('an upload that is announced has a link that downloads nothing', async () => {
    const home = await house()
    const record = await home.upload(ALICE, 'a.png', 'a', 'image/png')
    expect(await codeOf(await home.send(record.upload_descriptor?.url ?? ''))).toBe(NOT_FOUND)
  })

  it.each([
    ['a page', 5, 'text/html'],
    ['an image that is a document', 5, 'image/svg+xml'],
    ['what has no type', 5, 'nothing'],
    ['what a browser knows no type of', 5, ''],
    ['what is too large', 25_000_001, 'text/plain'],
  ])(
    'an upload that is announced is refused for %s, with a text for the person',
    async (_, size, mime_type) => {
      const { attachments } = await house()
      const announced = attachments.create({
        name: 'a',
        size,
        mime_type,
        owner: principalKey(ALICE),
      })
      await expect(announced).rejects.toThrow(ChatkitStreamError)
      await expect(announced).rejects.toMatchObject({
        event: { message: expect.stringMatching(/\.$/) },
      })
    },
  )

  it('an upload that is announced may have a type that the browser does not know, if any type is allowed', async () => {
    const home = await house({ types: ['application/octet-stream'] })
    expect((await home.upload(ALICE, 'a.xyz', 'a', '')).mime_type).toBe('application/octet-stream')
  })

  it('an upload that is announced never uses its name as a path on the disk', async () => {
    const home = await house()
    const record = await home.upload(ALICE, '../../../../tmp/onbehalf-evil.txt', 'a')
    expect(record.name).toBe('onbehalf-evil.txt')
    expect(await filesOf(home)).toEqual([record.id])
    for (const id of ['../x', `${record.id}/../x`, '', 'owner']) {
      await expect(home.attachments.remove({ ...record, id })).rejects.toThrow(TypeError)
      await home.attachments.remove({ ...record, metadata: { folder: `../${id}` } })
    }
    expect(await filesOf(home)).toEqual([record.id])
  })
})

describe('room', () => {
  const limits = { bytes: 10, personBytes: 25, personFiles: 4 }

  it('the room for attachments is counted in bytes for each person, with the bytes that are still to come', async () => {
    const home = await house({ limits })
    await home.upload(ALICE, 'a.txt', '0123456789')
    await home.announce(ALICE, 'b.txt', 10)
    await expect(home.announce(ALICE, 'c.txt', 10)).rejects.toThrow('There is no room')
    await home.announce(BOB, 'c.txt', 10)
    const last = await home.announce(ALICE, 'c.txt', 5)
    await home.attachments.remove(last)
    await home.announce(ALICE, 'd.txt', 5)
  })

  it('the room for attachments is counted in files for each person', async () => {
    const home = await house({ limits })
    for (let count = 0; count < 4; count += 1) await home.announce(ALICE, 'a.txt', 0)
    await expect(home.announce(ALICE, 'a.txt', 0)).rejects.toThrow('There is no room')
    expect(await filesOf(home)).toHaveLength(4)
  })

  it('the room for attachments is never exceeded by many uploads at once', async () => {
    const home = await house({ limits: { ...limits, personFiles: 100 } })
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => home.announce(ALICE, 'a.txt', 10)),
    )
    expect(results.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(2)
  })

  it('that is reserved takes no space on the disk', async () => {
    const home = await house()
    const record = await home.announce(ALICE, 'a.txt', 20_000_000)
    const { size, blocks } = await lstat(join(await folderOf(home, record), `${record.id}.new`))
    expect(size).toBe(20_000_000)
    expect(blocks).toBeLessThan(100)
  })
})

describe('a download', () => {
  it('a download of an image is shown in the page, with a link that is made again each time', async () => {
    const home = await house()
    const record = await home.upload(ALICE, 'cat.png', 'PNG!', 'image/png')
    const shown = home.attachments.present?.(record)
    if (shown?.type !== 'image') throw new Error('no image')
    const response = await home.send(shown.preview_url)
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('PNG!')
    expect(Object.fromEntries(response.headers)).toEqual({
      'accept-ranges': 'none',
      'cache-control': 'private, max-age=300',
      'content-disposition': `inline; filename="cat.png"; filename*=UTF-8''cat.png`,
      'content-length': '4',
      'content-security-policy': "sandbox; default-src 'none'",
      'content-type': 'image/png',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    expect(shown.preview_url).toMatch(new RegExp(`^${URL_BASE}/`))
    const head = await home.send(shown.preview_url, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      '4',
      '',
    ])
  })

  it('a download of a file is saved, and its link works only for its owner', async () => {
    const home = await house({ pages: 'cross-origin' })
    const { id } = await home.upload(ALICE, 'a.txt', 'abc')
    const link = (await home.attachments.link(ALICE, id)) ?? ''
    const response = await home.send(link)
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; /)
    expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    expect(await response.text()).toBe('abc')
    expect(await home.attachments.link(BOB, id)).toBeUndefined()
    expect(await home.attachments.read(BOB, id)).toBeUndefined()
    expect(
      await home.attachments.link({ ...ALICE, issuer: 'https://b.example' }, id),
    ).toBeUndefined()
    expect(await home.attachments.link({ ...ALICE, tenant: 't' }, id)).toBeUndefined()
    const coming = await home.announce(ALICE, 'b.txt', 3)
    expect(await home.attachments.link(ALICE, coming.id)).toBeUndefined()
    expect(await home.attachments.read(ALICE, coming.id)).toBeUndefined()
  })

  it('a download has a link for between half an hour and an hour, the same for a while', async () => {
    const home = await house({ now: () => now })
    let now = 1_800_000_000_000
    const { id } = await home.upload(ALICE, 'a.txt', 'abc')
    const link = (await home.attachments.link(ALICE, id)) ?? ''
    now += 1_799_999
    expect(await home.attachments.link(ALICE, id)).toBe(link)
    expect((await home.send(link)).status).toBe(200)
    now += 1
    expect(await home.attachments.link(ALICE, id)).not.toBe(link)
    now += 1_799_999
    expect((await home.send(link)).status).toBe(200)
    now += 1
    expect(await codeOf(await home.send(link))).toBe(NOT_FOUND)
  })

  it('a download gets the same answer for a missing, foreign, forged, not uploaded or deleted attachment', async () => {
    const home = await house()
    const mine = await home.upload(ALICE, 'a.png', 'a', 'image/png')
    const link = (await home.attachments.link(ALICE, mine.id)) ?? ''
    const theirs = await home.upload(BOB, 'a.png', 'a', 'image/png')
    const coming = await home.announce(ALICE, 'a.png', 1, 'image/png')
    const preview = home.attachments.present?.(coming)
    const gone = await home.upload(ALICE, 'a.png', 'a', 'image/png')
    const goneLink = (await home.attachments.link(ALICE, gone.id)) ?? ''
    await home.attachments.remove(gone)
    await home.store.deleteAttachment(principalKey(ALICE), gone.id)
    const urls = [
      `${URL_BASE}/x`,
      `${URL_BASE}/${mine.metadata.folder}/${mine.id}`,
      link.replace(mine.id, theirs.id),
      link.replace(String(mine.metadata.folder), String(theirs.metadata.folder)),
      preview?.type === 'image' ? preview.preview_url : '',
      goneLink,
    ]
    const answers = []
    for (const url of urls) {
      const response = await home.send(url)
      answers.push({
        status: response.status,
        headers: [...response.headers],
        text: await response.text(),
      })
    }
    expect(answers[0]?.status).toBe(404)
    for (const answer of answers) expect(answer).toEqual(answers[0])
  })

  it('a download finds nothing when the store gives somebody else’s record', async () => {
    const store = memoryThreadStore()
    let careless = false
    const home = await house({
      store: {
        ...store,
        async attachment(owner, id) {
          const found = await store.attachment(owner, id)
          return found && careless ? { ...found, owner: principalKey(BOB) } : found
        },
      },
    })
    const { id } = await home.upload(ALICE, 'a.txt', 'abc')
    const link = (await home.attachments.link(ALICE, id)) ?? ''
    careless = true
    expect(await codeOf(await home.send(link))).toBe(NOT_FOUND)
    expect(await home.attachments.read(ALICE, id)).toBeUndefined()
  })

  it('a download follows no link on the disk, and reads no folder', async () => {
    const home = await house()
    const record = await home.upload(ALICE, 'a.txt', 'abc')
    const link = (await home.attachments.link(ALICE, record.id)) ?? ''
    const file = join(await folderOf(home, record), record.id)
    await rm(file)
    await symlink('/etc/passwd', file)
    expect(await codeOf(await home.send(link))).toBe(NOT_FOUND)
    await rm(file)
    await mkdir(file)
    expect(await codeOf(await home.send(link))).toBe(NOT_FOUND)
    expect(home.errors).toEqual([])
  })

  it('a download is refused cleanly when the store fails', async () => {
    const store = memoryThreadStore()
    let gone = false
    const home = await house({
      store: {
        ...store,
        attachment: (owner, id) =>
          gone ? Promise.reject(new Error('gone')) : store.attachment(owner, id),
      },
    })
    const { id } = await home.upload(ALICE, 'a.txt', 'abc')
    const link = (await home.attachments.link(ALICE, id)) ?? ''
    gone = true
    expect(await codeOf(await home.send(link))).toBe('503 unavailable')
    expect(home.errors).toHaveLength(1)
  })

  it('a download does not change a preview that it did not make', async () => {
    const { attachments } = await house()
    const image = {
      id: 'x',
      name: 'x',
      mime_type: 'image/png',
      type: 'image',
      preview_url: 'https://x.example/p',
    } as const
    expect(attachments.present?.(image)).toEqual(image)
  })
})

describe('the handler', () => {
  it('the handler of attachments answers no request that is not under its URL', async () => {
    const { attachments } = await house()
    for (const path of ['/', '/chatkit', '/filesystem', '/file']) {
      expect(await attachments.fetch(new Request(`https://chat.example${path}`))).toBeUndefined()
    }
  })

  it('the handler of attachments names the allowed methods when the method is wrong', async () => {
    const { send } = await house()
    const file = await send(`${URL_BASE}/a/b`, { method: 'DELETE' })
    expect([file.headers.get('allow'), await codeOf(file)]).toEqual([
      'GET, HEAD, PUT',
      '405 method_not_allowed',
    ])
    const form = await send(URL_BASE)
    expect([form.headers.get('allow'), await codeOf(form)]).toEqual([
      'POST',
      '405 method_not_allowed',
    ])
  })
})

describe('sweeping', () => {
  it('sweeping removes what has waited for a day: uploads that never came, files that were never sent, and bytes without a record', async () => {
    const home = await house()
    const announced = await home.announce(ALICE, 'a.txt', 1)
    const unsent = await home.upload(ALICE, 'b.txt', 'b')
    const orphan = await home.upload(ALICE, 'c.txt', 'c')
    await home.store.deleteAttachment(principalKey(ALICE), orphan.id)
    const sent = await home.upload(BOB, 'd.txt', 'd')
    const stored = await home.record(BOB, sent.id)
    if (!stored) throw new Error('no record')
    await home.store.saveAttachment(principalKey(BOB), { ...stored, thread_id: 't' })
    await writeFile(join(await folderOf(home, sent), `${sent.id}.00ff.part`), 'x')
    expect(await home.attachments.sweep()).toEqual({ removed: 0 })
    expect(await filesOf(home)).toHaveLength(5)
    const fresh = await home.announce(ALICE, 'e.txt', 1)
    home.pass(DAY)
    await utimes(
      join(await folderOf(home, fresh), `${fresh.id}.new`),
      new Date(Date.now() + DAY),
      new Date(Date.now() + DAY),
    )
    expect(await home.attachments.sweep()).toEqual({ removed: 3 })
    expect(await filesOf(home)).toEqual([sent.id, `${fresh.id}.new`].sort())
    for (const { id } of [announced, unsent, orphan])
      expect(await home.record(ALICE, id)).toBeUndefined()
    expect(Buffer.from((await home.attachments.read(BOB, sent.id)) ?? []).toString()).toBe('d')
  })

  it('happens at the first upload of a process, and then once a day', async () => {
    const before = await house()
    await before.announce(ALICE, 'a.txt', 1)
    let sweeps = 0
    const attachment = () => {
      sweeps += 1
      return new Promise<never>(() => {})
    }
    const home = await house({ path: before.path, store: { ...before.store, attachment } })
    home.pass(2 * DAY)
    for (const expected of [1, 2, 3]) {
      await home.announce(BOB, 'b.txt', 1)
      await home.announce(BOB, 'c.txt', 1)
      await vi.waitFor(() => expect(sweeps).toBe(expected))
      home.pass(DAY)
    }
  })

  it('reports that the store failed, and lets no request fail because of it', async () => {
    const before = await house()
    await before.announce(ALICE, 'a.txt', 1)
    const store = { ...before.store, attachment: () => Promise.reject(new Error('gone')) }
    const home = await house({ path: before.path, store })
    home.pass(2 * DAY)
    await home.announce(BOB, 'b.txt', 1)
    await vi.waitFor(() => expect(home.errors).toHaveLength(1))
    await expect(home.attachments.sweep()).rejects.toThrow('gone')
  })
})

describe('the options', () => {
  const options = { store: memoryThreadStore(), url: URL_BASE, key: KEY }

  it('the options of attachments are checked', async () => {
    const path = join(await temporary(), 'files')
    for (const wrong of [
      { key: new Uint8Array(31) },
      { url: 'files' },
      { limits: { bytes: 0 } },
      { limits: { personBytes: Number.NaN } },
      { lifetimes: { upload: 1.5 } },
      { types: ['image/*,'] },
      { types: ['Text/Plain'] },
    ]) {
      expect(() => diskAttachments(path, { ...options, ...wrong })).toThrow(TypeError)
    }
  })

  it('the options of attachments refuse a folder that others can open, and a path that is not a folder', async () => {
    const folder = await temporary()
    const open = join(folder, 'open')
    await mkdir(open, { mode: 0o755 })
    expect(() => diskAttachments(open, options)).toThrow('open to others')
    await writeFile(join(folder, 'file'), '')
    expect(() => diskAttachments(join(folder, 'file'), options)).toThrow()
  })
})

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'onbehalf-attachments-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

function waiting(): { readonly call: () => void; readonly called: Promise<void> } {
  let call = () => {}
  const called = new Promise<void>((resolve) => {
    call = resolve
  })
  return { call: () => call(), called }
}
