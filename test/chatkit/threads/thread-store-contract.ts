// The contract of the thread store port: every adapter passes it.

import { describe, expect, it } from 'vitest'
import type { Item, PageQuery, StoredThread, ThreadStore } from '../../../src/chatkit/index.ts'
import { searchByReading } from '../../../src/chatkit/threads/search.ts'

const A = 'owner-a'
const B = 'owner-b'
const ALL: PageQuery = { limit: 100, order: 'asc' }
const EVERY_ITEM = { ...ALL, hidden: true }

export function thread(id: string, owner: string = A): StoredThread {
  return {
    id,
    owner,
    created_at: '2026-01-01T00:00:00.000Z',
    status: { type: 'active' },
    metadata: {},
  }
}

export function said(threadId: string, id: string, text = 'words'): Item {
  return {
    id,
    thread_id: threadId,
    created_at: '2026-01-01T00:00:00.000Z',
    type: 'assistant_message',
    content: [{ type: 'output_text', text, annotations: [] }],
  }
}

function note(threadId: string, id: string): Item {
  return {
    id,
    thread_id: threadId,
    created_at: '2026-01-01T00:00:00.000Z',
    type: 'hidden_context_item',
    content: { n: null },
  }
}

/** The lists of one owner. */
function ownedBy(store: ThreadStore, owner: string) {
  return {
    list: (query: PageQuery) => store.threads(owner, query),
    items: (id: string, query: PageQuery & { readonly hidden: boolean }) =>
      store.items(owner, id, query),
  }
}

/** Runs the contract against stores that `open` makes, each empty. */
export function threadStoreContract(open: () => ThreadStore | Promise<ThreadStore>): void {
  async function filled(): Promise<ThreadStore> {
    const store = await open()
    await store.createThread(thread('t1'), {
      save: [
        said('t1', 'i1'),
        note('t1', 'h1'),
        said('t1', 'i2'),
        note('t1', 'h2'),
        said('t1', 'i3'),
      ],
    })
    await store.createThread(thread('t2', B), { save: [said('t2', 'i1')] })
    await store.createThread(thread('t3'), {})
    return store
  }

  async function snapshot(store: ThreadStore): Promise<unknown> {
    const of = async (owner: string) => {
      const threads = (await store.threads(owner, ALL))?.data ?? []
      return Promise.all(
        threads.map(async (one) => [one, await store.items(owner, one.id, EVERY_ITEM)]),
      )
    }
    return [await of(A), await of(B)]
  }

  it('a thread comes back as it was put in, with its items in their order', async () => {
    const store = await filled()
    expect(await store.thread(A, 't1')).toEqual(thread('t1'))
    const page = await store.items(A, 't1', EVERY_ITEM)
    expect(page?.data.map(({ id }) => id)).toEqual(['i1', 'h1', 'i2', 'h2', 'i3'])
    expect(page?.data[1]).toEqual(note('t1', 'h1'))
    expect(page).not.toHaveProperty('after')
  })

  it('text of every kind survives: emoji, NUL, lone surrogates, quotes, line separators', async () => {
    const store = await filled()
    const text = 'a\u0000b \u{1f469}\u200d\u{1f4bb} "\'\\ \u2028\u2029 \ud800 \n'
    await store.changeItems(A, 't1', { save: [said('t1', 'odd', text)] })
    await store.updateThread(A, 't1', { title: text })
    expect((await store.items(A, 't1', EVERY_ITEM))?.data.at(-1)).toEqual(said('t1', 'odd', text))
    expect((await store.thread(A, 't1'))?.title).toBe(text)
  })

  it('a second thread of the same id is refused, whoever owns it, and nothing of it is stored', async () => {
    const store = await filled()
    const before = await snapshot(store)
    await expect(store.createThread(thread('t1'), {})).rejects.toThrow()
    await expect(store.createThread(thread('t2'), { save: [said('t2', 'x')] })).rejects.toThrow()
    expect(await snapshot(store)).toEqual(before)
  })

  it('a change keeps the fields that it does not name', async () => {
    const store = await filled()
    await store.updateThread(A, 't1', { metadata: { n: 1 } })
    expect(await store.updateThread(A, 't1', { title: 'T' })).toEqual({
      ...thread('t1'),
      title: 'T',
      metadata: { n: 1 },
    })
    expect(await store.thread(A, 't1')).toEqual({ ...thread('t1'), title: 'T', metadata: { n: 1 } })
  })

  it('changes at the same time are all made', async () => {
    const store = await filled()
    await Promise.all([
      store.updateThread(A, 't1', { title: 'T' }),
      store.updateThread(A, 't1', { metadata: { n: 1 } }),
      store.updateThread(A, 't1', { status: { type: 'locked' } }),
    ])
    expect(await store.thread(A, 't1')).toMatchObject({
      title: 'T',
      metadata: { n: 1 },
      status: { type: 'locked' },
    })
  })

  it('saving an item again puts it in its old place', async () => {
    const store = await filled()
    expect(
      await store.changeItems(A, 't1', { save: [said('t1', 'i1', 'new'), said('t1', 'i4')] }),
    ).toBe(true)
    const items = (await store.items(A, 't1', EVERY_ITEM))?.data ?? []
    expect(items.map(({ id }) => id)).toEqual(['i1', 'h1', 'i2', 'h2', 'i3', 'i4'])
    expect(items[0]).toEqual(said('t1', 'i1', 'new'))
  })

  it('items of the same id in two threads are two items', async () => {
    const store = await filled()
    await store.changeItems(B, 't2', { save: [said('t2', 'i1', 'of b')] })
    expect((await store.items(A, 't1', EVERY_ITEM))?.data[0]).toEqual(said('t1', 'i1'))
  })

  it('a removed item is gone, and one that is not there is no error', async () => {
    const store = await filled()
    await store.changeItems(A, 't1', { remove: ['i2'] })
    await store.changeItems(A, 't1', { remove: ['i2'] })
    expect((await store.items(A, 't1', EVERY_ITEM))?.data.map(({ id }) => id)).toEqual([
      'i1',
      'h1',
      'h2',
      'i3',
    ])
  })

  it('a deleted thread is gone with its items, and can be deleted once', async () => {
    const store = await filled()
    expect(await store.deleteThread(A, 't1')).toBe(true)
    expect(await store.deleteThread(A, 't1')).toBe(false)
    expect(await store.thread(A, 't1')).toBeUndefined()
    expect(await store.items(A, 't1', EVERY_ITEM)).toBeUndefined()
    expect(await store.changeItems(A, 't1', { save: [said('t1', 'late')] })).toBe(false)
    await store.createThread(thread('t1'), {})
    expect((await store.items(A, 't1', EVERY_ITEM))?.data).toEqual([])
  })

  it('the store takes copies and gives copies', async () => {
    const store = await open()
    const metadata: Record<string, string> = { n: 'before' }
    await store.createThread({ ...thread('t1'), metadata }, {})
    metadata.n = 'after'
    const out = await store.thread(A, 't1')
    Object.assign(out?.metadata ?? {}, { n: 'after' })
    expect(await store.thread(A, 't1')).toMatchObject({ metadata: { n: 'before' } })
  })

  describe.each(['asc', 'desc'] as const)('pages in order %s', (order) => {
    it.each([1, 2, 3, 5])(
      'visible items come once each, %i a page, without a short page for a hidden one',
      async (limit) => {
        const store = await filled()
        const seen: string[] = []
        let after: string | undefined
        for (let pages = 0; pages < 10; pages += 1) {
          const page = await store.items(A, 't1', {
            limit,
            order,
            hidden: false,
            ...(after ? { after } : {}),
          })
          if (!page) throw new Error('the cursor was refused')
          seen.push(...page.data.map(({ id }) => id))
          if (!page.has_more) break
          expect(page.data).toHaveLength(limit)
          expect(page.after).toBe(page.data.at(-1)?.id)
          after = page.after
        }
        expect(seen).toEqual(order === 'asc' ? ['i1', 'i2', 'i3'] : ['i3', 'i2', 'i1'])
      },
    )

    it('threads come in the order of their creation, each owner has their own', async () => {
      const store = await filled()
      const ids = async (owner: string) =>
        (await store.threads(owner, { limit: 10, order }))?.data.map(({ id }) => id)
      expect(await ids(A)).toEqual(order === 'asc' ? ['t1', 't3'] : ['t3', 't1'])
      expect(await ids(B)).toEqual(['t2'])
      expect(await ids('nobody')).toEqual([])
      const first = await store.threads(A, { limit: 1, order })
      expect(first).toMatchObject({ has_more: true, after: order === 'asc' ? 't1' : 't3' })
      const second = await store.threads(A, { limit: 1, order, after: first?.after ?? '' })
      expect(second).toEqual({ data: [thread(order === 'asc' ? 't3' : 't1')], has_more: false })
    })
  })

  it('a cursor that is missing, foreign, hidden or of another thread is refused', async () => {
    const store = await filled()
    expect(await store.threads(A, { ...ALL, after: 'none' })).toBeUndefined()
    expect(await store.threads(A, { ...ALL, after: 't2' })).toBeUndefined()
    expect(await store.items(A, 't1', { ...ALL, hidden: false, after: 'none' })).toBeUndefined()
    expect(await store.items(A, 't1', { ...ALL, hidden: false, after: 'h1' })).toBeUndefined()
    expect(await store.items(A, 't3', { ...ALL, hidden: false, after: 'i1' })).toBeUndefined()
  })

  it('nothing of another owner is found or changed by any method', async () => {
    const store = await filled()
    const before = await snapshot(store)
    expect(await store.thread(B, 't1')).toBeUndefined()
    expect(await store.updateThread(B, 't1', { title: 'mine' })).toBeUndefined()
    expect(await store.deleteThread(B, 't1')).toBe(false)
    expect(await store.items(B, 't1', EVERY_ITEM)).toBeUndefined()
    expect(await store.items(B, 't1', { ...EVERY_ITEM, after: 'i1' })).toBeUndefined()
    expect(
      await store.changeItems(B, 't1', { save: [said('t1', 'i1', 'mine'), said('t1', 'mine')] }),
    ).toBe(false)
    await store.changeItems(B, 't1', { remove: ['i1'] })
    expect(await snapshot(store)).toEqual(before)
  })

  const file = (id: string, more: object = {}) =>
    ({
      id,
      type: 'file',
      name: 'a.txt',
      mime_type: 'text/plain',
      size: 3,
      metadata: { n: 1 },
      ...more,
    }) as const

  it('one item is found by its thread and id, hidden or not', async () => {
    const store = await filled()
    expect(await store.item(A, 't1', 'i2')).toEqual(said('t1', 'i2'))
    expect(await store.item(A, 't1', 'h1')).toEqual(note('t1', 'h1'))
    expect(await store.item(A, 't1', 'none')).toBeUndefined()
    expect(await store.item(A, 't3', 'i1')).toBeUndefined()
    expect(await store.item(B, 't1', 'i1')).toBeUndefined()
  })

  it('items are saved and removed in one change, all or nothing', async () => {
    const store = await filled()
    const change = { save: [said('t1', 'new')], remove: ['i1', 'i2', 'none'] }
    expect(await store.changeItems(A, 't1', { ...change, attach: ['none'] })).toBe(false)
    expect((await store.items(A, 't1', EVERY_ITEM))?.data.map(({ id }) => id)).toEqual([
      'i1',
      'h1',
      'i2',
      'h2',
      'i3',
    ])
    expect(await store.changeItems(A, 't1', change)).toBe(true)
    expect((await store.items(A, 't1', EVERY_ITEM))?.data.map(({ id }) => id)).toEqual([
      'h1',
      'h2',
      'i3',
      'new',
    ])
    expect(await store.changeItems(A, 't1', {})).toBe(true)
    expect(await store.changeItems(A, 'none', {})).toBe(false)
    expect(await store.changeItems(B, 't1', {})).toBe(false)
    expect(await store.changeItems(B, 't1', { remove: ['i3'] })).toBe(false)
  })

  it('a record of an attachment is kept, changed, attached and deleted', async () => {
    const store = await filled()
    expect(await store.saveAttachment(A, file('a1'))).toBe(true)
    expect(await store.attachment(A, 'a1')).toEqual({ ...file('a1'), owner: A })
    expect(await store.changeItems(A, 't1', { save: [said('t1', 'with')], attach: ['a1'] })).toBe(
      true,
    )
    expect(await store.attachment(A, 'a1')).toEqual({ ...file('a1'), owner: A, thread_id: 't1' })
    // One that was read before it was attached is written back without forgetting its thread.
    expect(await store.saveAttachment(A, file('a1', { size: 4 }))).toBe(true)
    expect(await store.attachment(A, 'a1')).toEqual({
      ...file('a1', { size: 4 }),
      owner: A,
      thread_id: 't1',
    })
    expect((await store.attachments(A, 't1')).map(({ id }) => id)).toEqual(['a1'])
    expect(await store.attachments(A, 't3')).toEqual([])
    expect(await store.deleteAttachment(A, 'a1')).toBe(true)
    expect(await store.deleteAttachment(A, 'a1')).toBe(false)
    expect(await store.attachment(A, 'a1')).toBeUndefined()
  })

  it('a thread is created with all its attachments, or not at all', async () => {
    const store = await filled()
    await store.saveAttachment(A, file('a1'))
    await store.saveAttachment(B, file('b1'))
    expect(
      await store.createThread(thread('new'), { save: [said('new', 'x')], attach: ['a1', 'b1'] }),
    ).toBe(false)
    expect(await store.thread(A, 'new')).toBeUndefined()
    expect(await store.attachment(A, 'a1')).toEqual({ ...file('a1'), owner: A })
    expect(
      await store.createThread(thread('new'), { save: [said('new', 'x')], attach: ['a1'] }),
    ).toBe(true)
    expect(await store.attachment(A, 'a1')).toMatchObject({ thread_id: 'new' })
  })

  it('a deleted thread takes the records of its attachments with it, and those of no other', async () => {
    const store = await filled()
    await store.saveAttachment(A, file('a1'))
    await store.saveAttachment(A, file('a2'))
    await store.saveAttachment(B, file('b1'))
    await store.changeItems(A, 't1', { attach: ['a1'] })
    await store.changeItems(B, 't2', { attach: ['b1'] })
    await store.deleteThread(A, 't1')
    expect(await store.attachment(A, 'a1')).toBeUndefined()
    expect(await store.attachment(A, 'a2')).toBeDefined()
    expect(await store.attachment(B, 'b1')).toMatchObject({ thread_id: 't2' })
  })

  it('an attachment belongs to a thread that exists, or to none, when the thread is deleted at the same time', async () => {
    const store = await filled()
    await store.saveAttachment(A, file('a1'))
    const [attached] = await Promise.all([
      store.changeItems(A, 't1', { attach: ['a1'] }),
      store.deleteThread(A, 't1'),
    ])
    expect(await store.attachment(A, 'a1')).toEqual(
      attached ? undefined : { ...file('a1'), owner: A },
    )
  })

  it('an attachment of another owner is not found, taken over, attached or deleted', async () => {
    const store = await filled()
    await store.saveAttachment(A, file('a1'))
    const before = await store.attachment(A, 'a1')
    expect(await store.attachment(B, 'a1')).toBeUndefined()
    expect(await store.saveAttachment(B, file('a1', { name: 'mine' }))).toBe(false)
    expect(await store.changeItems(B, 't2', { save: [said('t2', 'with')], attach: ['a1'] })).toBe(
      false,
    )
    expect(await store.item(B, 't2', 'with')).toBeUndefined()
    expect(await store.deleteAttachment(B, 'a1')).toBe(false)
    expect(await store.attachments(B, 't1')).toEqual([])
    expect(await store.attachment(A, 'a1')).toEqual(before)
  })

  it('concurrent writes to one thread are all kept, each item once', async () => {
    const store = await filled()
    const ids = Array.from({ length: 20 }, (_, n) => `p${n}`)
    await Promise.all(ids.map((id) => store.changeItems(A, 't3', { save: [said('t3', id)] })))
    const seen = (await store.items(A, 't3', EVERY_ITEM))?.data.map(({ id }) => id) ?? []
    expect(seen.toSorted()).toEqual(ids.toSorted())
  })

  it('ids that look alike are different: case, spaces, NUL, wildcards, backslashes', async () => {
    const store = await open()
    const ids = ['a', 'A', 'a ', 'a\u0000', 'a%', '%', "a'--", '\\', '\\YQA=', '\\\\']
    for (const id of ids) await store.createThread(thread(id, id), { save: [said(id, id)] })
    for (const id of ids) {
      expect((await store.threads(id, ALL))?.data.map((one) => one.id)).toEqual([id])
      expect((await store.items(id, id, EVERY_ITEM))?.data.map((one) => one.id)).toEqual([id])
    }
  })

  it('finds titles and messages of the owner, the newest thread first, and nothing that nobody reads', async () => {
    const store = await open()
    const add = async (id: string, owner: string, items: readonly Item[], title?: string) =>
      await store.createThread(
        { ...thread(id, owner), ...(title === undefined ? {} : { title }) },
        { save: items },
      )
    await add('s1', A, [said('s1', 'a', 'Äpfel and 100%_sure "pears"'), said('s1', 'b', 'no')])
    await add('s2', A, [note('s2', 'n'), said('s2', 'c', 'words')], 'My ÄPFEL')
    await add('s3', B, [said('s3', 'd', 'Äpfel of another')])
    await add('s4', A, [{ ...note('s4', 'h'), content: 'Äpfel, hidden' } as Item])
    await add('s5', A, [said('s5', 'e', 'äpfel\\n'), said('s5', 'f', 'ÄPFEL again')])
    const find = async (text: string, limit = 10) =>
      (
        (await store.search?.(A, { text, limit })) ??
        (await searchByReading(ownedBy(store, A), { text, limit }))
      ).map(({ thread: { id }, item }) => [id, item?.id])
    expect(await find('äpfel')).toEqual([
      ['s5', 'f'],
      ['s2', undefined],
      ['s1', 'a'],
    ])
    expect(await find('äpfel', 1)).toEqual([['s5', 'f']])
    // What means something in a pattern or in JSON means itself.
    expect(await find('100%_SURE "p')).toEqual([['s1', 'a']])
    expect(await find('l\\n')).toEqual([['s5', 'e']])
    // Names of fields, and ids, are nothing that anybody wrote.
    for (const text of ['output_text', 'a%r', 's5', 'active', '____', 'owner-a'])
      expect([text, await find(text)]).toEqual([text, []])
  })
}
