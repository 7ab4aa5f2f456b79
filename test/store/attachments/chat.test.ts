// Attachments in a chat, from the announcement to the page that shows them, over the stores that an
// app has.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { diskAttachments, openSqlite, sqliteThreadStore } from '../../../src/store/index.ts'
import { type Loose, message, testChat } from '../../chatkit/support.ts'
import { KEY } from './house.ts'

async function chatWithFiles() {
  const folder = await mkdtemp(join(tmpdir(), 'onbehalf-attachments-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const database = openSqlite(join(folder, 'chat.db'))
  onTestFinished(() => database.close())
  const store = sqliteThreadStore(database)
  const attachments = diskAttachments(join(folder, 'files'), {
    store,
    key: KEY,
    url: 'http://chat.example/files',
  })
  const chat = testChat(async function* () {}, { store, attachments })
  const get = async (url: string, init: RequestInit = {}) =>
    (await attachments.fetch(new Request(url, init))) ?? new Response()
  return { chat, get, attachments }
}

describe('an attachment in a chat', () => {
  it('an attachment in a chat is announced, uploaded, sent, shown again with a fresh link, and deleted with its conversation', async () => {
    const { chat, get } = await chatWithFiles()
    const params = { name: 'cat.png', size: 4, mime_type: 'image/png' }
    const announced: Loose = await chat.json('alice', 'attachments.create', params)
    expect(announced).not.toHaveProperty('metadata')
    const input = message('look', { attachments: [announced.id] })
    expect((await chat.send('alice', 'threads.create', { input })).status).toBe(409)
    const { url, method, headers } = announced.upload_descriptor
    expect((await get(url, { method, headers, body: 'PNG!' })).status).toBe(200)
    expect((await chat.send('bob', 'threads.create', { input })).status).toBe(404)
    const [created, done] = await chat.stream('alice', 'threads.create', { input })
    const [sent] = done.item.attachments
    expect(Object.keys(sent).sort()).toEqual([
      'id',
      'mime_type',
      'name',
      'preview_url',
      'thread_id',
      'type',
    ])
    expect(await (await get(sent.preview_url)).text()).toBe('PNG!')
    const again = await chat.json('alice', 'threads.get_by_id', { thread_id: created.thread.id })
    const { preview_url } = again.items.data[0].attachments[0]
    expect(await (await get(preview_url)).text()).toBe('PNG!')
    await chat.json('alice', 'threads.delete', { thread_id: created.thread.id })
    expect((await get(preview_url)).status).toBe(404)
    expect(chat.errors).toEqual([])
  })

  it('an attachment in a chat is refused with a text for the person when the server does not accept it', async () => {
    const { chat } = await chatWithFiles()
    const response = await chat.send('alice', 'attachments.create', {
      name: 'a.html',
      size: 1,
      mime_type: 'text/html',
    })
    expect([response.status, await response.json()]).toEqual([
      400,
      { code: 'invalid_request', message: 'Files of this type are not allowed.' },
    ])
  })

  it('an attachment in a chat can be deleted by its owner, and by nobody else', async () => {
    const { chat, get, attachments } = await chatWithFiles()
    const params = { name: 'a.txt', size: 1, mime_type: 'text/plain' }
    const { id, upload_descriptor }: Loose = await chat.json('alice', 'attachments.create', params)
    await get(upload_descriptor.url, { ...upload_descriptor, body: 'a' })
    const alice = { issuer: 'https://a.example', subject: 'alice' }
    for (const who of ['bob', 'alice-elsewhere', 'alice-tenant']) {
      expect((await chat.send(who, 'attachments.delete', { attachment_id: id })).status).toBe(404)
    }
    expect(await attachments.read(alice, id)).toHaveLength(1)
    expect(await chat.json('alice', 'attachments.delete', { attachment_id: id })).toEqual({})
    expect(await attachments.read(alice, id)).toBeUndefined()
  })
})
