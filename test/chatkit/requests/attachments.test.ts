// Attachments over a storage that keeps no bytes: who owns them, what goes with a message, what
// clients see, and what a deletion removes.

import { describe, expect, it } from 'vitest'
import {
  type AttachmentStorage,
  ChatkitStreamError,
  type StoredAttachment,
} from '../../../src/chatkit/index.ts'
import { describeStores, type OpenStores } from '../stores.ts'
import { message, testChat } from '../support.ts'
import { ALICE, refusalOf, storedItems } from '../thread-of.ts'

/** A storage whose URLs say how often they were made. */
function storageOf() {
  const removed: string[] = []
  const uploaded = new Set<string>()
  let made = 0
  let presented = 0
  const storage: AttachmentStorage = {
    async create({ name, size, mime_type, owner }) {
      if (size > 1000) throw new ChatkitStreamError({ text: 'A file may have 1000 bytes.' })
      made += 1
      const id = `atc_${made}`
      const upload_descriptor = {
        url: `https://up.example/${id}`,
        method: 'PUT',
        headers: { authorization: 'SIGNED' },
      } as const
      const common = {
        id,
        name,
        mime_type,
        size,
        metadata: { place: `/secret/${owner}` },
        upload_descriptor,
      }
      return mime_type.startsWith('image/')
        ? { ...common, type: 'image', preview_url: `https://up.example/${id}/p` }
        : { ...common, type: 'file' }
    },
    async remove({ id }) {
      removed.push(id)
    },
    present(attachment) {
      presented += 1
      const { upload_descriptor, ...rest } = attachment
      const fresh =
        uploaded.has(attachment.id) || upload_descriptor === undefined ? rest : attachment
      return fresh.type === 'image'
        ? { ...fresh, preview_url: `${fresh.preview_url}?fresh=${presented}` }
        : fresh
    },
    isUploaded: ({ id }) => uploaded.has(id),
  }
  return { storage, removed, uploaded }
}

const image = { name: 'a.png', size: 10, mime_type: 'image/png' }
const file = { name: 'a.txt', size: 10, mime_type: 'text/plain' }

describeStores('attachments', (open: OpenStores) => {
  async function chatOf() {
    const [stores] = await open()
    const made = storageOf()
    return {
      chat: testChat(async function* () {}, { ...stores, attachments: made.storage }),
      ...made,
    }
  }

  it('a new attachment tells the client where to send its bytes, and nothing else of its record', async () => {
    const { chat } = await chatOf()
    const made = await chat.json('alice', 'attachments.create', image)
    expect(made).toEqual({
      id: 'atc_1',
      type: 'image',
      name: 'a.png',
      mime_type: 'image/png',
      preview_url: expect.stringMatching(/\?fresh=\d+$/),
      upload_descriptor: {
        url: 'https://up.example/atc_1',
        method: 'PUT',
        headers: { authorization: 'SIGNED' },
      },
    })
    expect(await chat.store.attachment(ALICE, 'atc_1')).toMatchObject({
      size: 10,
      metadata: { place: `/secret/${ALICE}` },
    })
  })

  it('an uploaded attachment goes with a message, and has a fresh URL each time it is sent', async () => {
    const { chat, uploaded } = await chatOf()
    const { id } = await chat.json('alice', 'attachments.create', image)
    const input = message('look', { attachments: [id, id] })
    expect(await refusalOf(await chat.send('alice', 'threads.create', { input }))).toEqual([
      409,
      'attachment_pending',
    ])
    expect((await chat.json('alice', 'threads.list')).data).toEqual([])
    uploaded.add(id)
    const [created, user] = await chat.stream('alice', 'threads.create', { input })
    const thread_id = created.thread.id
    const listed = await chat.json('alice', 'items.list', { thread_id })
    const got = await chat.json('alice', 'threads.get_by_id', { thread_id })
    const urls = [user.item, listed.data[0], got.items.data[0]].map(({ attachments }) => {
      expect(attachments).toHaveLength(1)
      expect(attachments[0]).toMatchObject({ id, thread_id })
      expect(attachments[0]).not.toHaveProperty('upload_descriptor')
      expect(attachments[0]).not.toHaveProperty('metadata')
      return attachments[0].preview_url
    })
    expect(new Set(urls).size).toBe(3)
    expect(JSON.stringify([user, listed, got])).not.toContain('secret')
    // What is stored are not the URLs that were fresh once.
    expect(JSON.stringify(await storedItems(chat, thread_id))).not.toContain('fresh=')
    expect(await chat.store.attachment(ALICE, id)).toMatchObject({ thread_id })
  })

  it('attachments are deleted with their thread, and not before', async () => {
    const { chat, uploaded, removed } = await chatOf()
    const ids: string[] = []
    for (let n = 0; n < 3; n += 1)
      ids.push((await chat.json('alice', 'attachments.create', file)).id)
    for (const id of ids) uploaded.add(id)
    const threadOf = async (attachments: string[]) =>
      (await chat.stream('alice', 'threads.create', { input: message('x', { attachments }) }))[0]
        .thread.id
    const first = await threadOf([ids[0] ?? '', ids[1] ?? ''])
    await threadOf([ids[2] ?? ''])
    // Used once more elsewhere: it belongs to the thread that it went with last.
    await threadOf([ids[1] ?? ''])
    await chat.json('alice', 'threads.delete', { thread_id: first })
    expect(removed).toEqual([ids[0]])
    expect(await chat.store.attachment(ALICE, ids[0] ?? '')).toBeUndefined()
    expect(await chat.store.attachment(ALICE, ids[1] ?? '')).toBeDefined()
  })

  it('the owner of an attachment deletes its bytes and its record, once', async () => {
    const { chat, removed } = await chatOf()
    const { id: attachment_id } = await chat.json('alice', 'attachments.create', file)
    expect(
      await refusalOf(await chat.send('bob', 'attachments.delete', { attachment_id })),
    ).toEqual([404, 'not_found'])
    expect(removed).toEqual([])
    expect(await chat.json('alice', 'attachments.delete', { attachment_id })).toEqual({})
    expect(removed).toEqual([attachment_id])
    expect(
      await refusalOf(await chat.send('alice', 'attachments.delete', { attachment_id })),
    ).toEqual([404, 'not_found'])
    expect(removed).toHaveLength(1)
  })

  it('an attachment of somebody else goes with no message, and only its owner can delete it', async () => {
    const { chat, uploaded, removed } = await chatOf()
    const { id } = await chat.json('alice', 'attachments.create', file)
    uploaded.add(id)
    const before = await chat.store.attachment(ALICE, id)
    const thread_id = await chat.create('bob')
    const input = message('mine now', { attachments: [id] })
    expect(await refusalOf(await chat.send('bob', 'threads.create', { input }))).toEqual([
      404,
      'not_found',
    ])
    expect(
      await refusalOf(await chat.send('bob', 'threads.add_user_message', { thread_id, input })),
    ).toEqual([404, 'not_found'])
    expect(await chat.store.attachment(ALICE, id)).toEqual(before)
    await chat.json('bob', 'threads.delete', { thread_id })
    expect(removed).toEqual([])
    await chat.json('alice', 'attachments.delete', { attachment_id: id })
    expect(removed).toEqual([id])
  })

  it('a message with a missing attachment is refused, and none is attached', async () => {
    const { chat, uploaded } = await chatOf()
    const { id } = await chat.json('alice', 'attachments.create', file)
    uploaded.add(id)
    const input = message('x', { attachments: [id, 'none'] })
    expect((await chat.send('alice', 'threads.create', { input })).status).toBe(404)
    expect(await chat.store.attachment(ALICE, id)).not.toHaveProperty('thread_id')
  })
})

describe('an attachment storage', () => {
  it('an error of the attachment storage that is for the person becomes a 400 with its text', async () => {
    const chat = testChat(async function* () {}, { attachments: storageOf().storage })
    const refused = await chat.send('alice', 'attachments.create', { ...file, size: 1001 })
    expect([refused.status, await refused.json()]).toEqual([
      400,
      { code: 'invalid_request', message: 'A file may have 1000 bytes.' },
    ])
  })

  it.each([
    [{ ...file, size: -1 }],
    [{ ...file, size: 1.5 }],
    [{ ...file, size: '1' }],
    [{ ...file, size: 2 ** 53 }],
    [{ ...file, name: '' }],
    [{ ...file, name: 'x'.repeat(257) }],
    [{ ...file, mime_type: 'x'.repeat(257) }],
  ])('an attachment storage is not asked for %j', async (params) => {
    const chat = testChat(async function* () {}, { attachments: storageOf().storage })
    expect((await chat.send('alice', 'attachments.create', params)).status).toBe(400)
  })

  it('an attachment storage that gives an id twice cannot replace an attachment', async () => {
    const { storage } = storageOf()
    const record: StoredAttachment = {
      id: 'atc_same',
      type: 'file',
      name: 'a',
      mime_type: 'text/plain',
      size: 1,
      metadata: {},
    }
    const chat = testChat(async function* () {}, {
      attachments: { ...storage, create: async ({ name }) => ({ ...record, name }) },
    })
    await chat.json('alice', 'attachments.create', { ...file, name: 'hers' })
    expect((await chat.send('bob', 'attachments.create', { ...file, name: 'his' })).status).toBe(
      503,
    )
    expect(await chat.store.attachment(ALICE, 'atc_same')).toMatchObject({ name: 'hers' })
  })

  it('when bytes cannot be removed the record stays for the next try, but a deleted thread is gone', async () => {
    const { storage, uploaded } = storageOf()
    let broken = true
    const chat = testChat(async function* () {}, {
      attachments: {
        ...storage,
        remove: async () => (broken ? Promise.reject(new Error('disk at /secret')) : undefined),
      },
    })
    const { id } = await chat.json('alice', 'attachments.create', file)
    uploaded.add(id)
    expect((await chat.send('alice', 'attachments.delete', { attachment_id: id })).status).toBe(503)
    broken = false
    expect(await chat.json('alice', 'attachments.delete', { attachment_id: id })).toEqual({})
    broken = true
    const other = await chat.json('alice', 'attachments.create', file)
    uploaded.add(other.id)
    const [created] = await chat.stream('alice', 'threads.create', {
      input: message('x', { attachments: [other.id] }),
    })
    expect(await chat.json('alice', 'threads.delete', { thread_id: created.thread.id })).toEqual({})
    expect(chat.errors).toHaveLength(2)
  })

  it('without an attachment storage there are no attachments, and every id is answered as missing', async () => {
    const chat = testChat(async function* () {})
    expect(await refusalOf(await chat.send('alice', 'attachments.create', file))).toEqual([
      400,
      'unknown_type',
    ])
    expect(
      await refusalOf(await chat.send('alice', 'attachments.delete', { attachment_id: 'x' })),
    ).toEqual([404, 'not_found'])
  })
})
