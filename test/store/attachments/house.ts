// Attachments on disk for tests: a folder that is removed after the test, a store in memory, two
// people, and what a client does with a link.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type ChatCaller, memoryThreadStore, type ThreadStore } from '../../../src/chatkit/index.ts'
import type { StoredAttachment } from '../../../src/chatkit/threads/attachment.ts'
import { type Principal, principalKey } from '../../../src/core/principal.ts'
import {
  type DiskAttachments,
  type DiskAttachmentsOptions,
  diskAttachments,
} from '../../../src/store/index.ts'

export const KEY: Uint8Array = new Uint8Array(32).map((_, index) => index * 7 + 1)

export const ALICE: Principal = { issuer: 'https://a.example', subject: 'alice' }
export const BOB: Principal = { issuer: 'https://a.example', subject: 'bob' }

export const URL_BASE = 'https://chat.example/files'

export interface House {
  readonly path: string
  readonly store: ThreadStore
  readonly attachments: DiskAttachments
  readonly errors: unknown[]
  /** How many callers were ended. */
  ended(): number
  /** Lets time pass. */
  pass(milliseconds: number): void
  /** Announces an upload as the server does: the record is saved. */
  announce(who: Principal, name: string, size: number, type?: string): Promise<StoredAttachment>
  /** Announces and uploads. */
  upload(who: Principal, name: string, bytes: string, type?: string): Promise<StoredAttachment>
  record(who: Principal, id: string): Promise<StoredAttachment | undefined>
  send(url: string, init?: RequestInit): Promise<Response>
}

export async function house({
  path: given,
  ...options
}: Partial<DiskAttachmentsOptions<ChatCaller>> & { readonly path?: string } = {}): Promise<House> {
  const path = given ?? join(await mkdtemp(join(tmpdir(), 'onbehalf-attachments-')), 'files')
  onTestFinished(() => rm(join(path, '..'), { recursive: true, force: true }))
  const store = options.store ?? memoryThreadStore()
  const errors: unknown[] = []
  let ended = 0
  let ahead = 0
  const attachments = diskAttachments<ChatCaller>(path, {
    store,
    url: URL_BASE,
    key: KEY,
    now: () => Date.now() + ahead,
    onError: (error) => errors.push(error),
    async admit(request) {
      const who = request.headers.get('authorization')
      const principal = who === 'Bearer alice' ? ALICE : who === 'Bearer bob' ? BOB : undefined
      if (!principal)
        return { ok: false, response: Response.json({ message: 'Sign in.' }, { status: 401 }) }
      return {
        ok: true,
        value: {
          principal,
          async end() {
            ended += 1
          },
        },
      }
    },
    ...options,
  })
  async function announce(
    who: Principal,
    name: string,
    size: number,
    mime_type = 'text/plain',
  ): Promise<StoredAttachment> {
    const owner = principalKey(who)
    const record = await attachments.create({ name, size, mime_type, owner })
    if (!(await store.saveAttachment(owner, record))) throw new Error('not saved')
    return record
  }
  async function send(url: string, init: RequestInit = {}): Promise<Response> {
    const response = await attachments.fetch(new Request(url, init))
    if (!response) throw new Error('not answered')
    return response
  }
  return {
    path,
    store,
    attachments,
    errors,
    ended: () => ended,
    pass(milliseconds) {
      ahead += milliseconds
    },
    announce,
    async upload(who, name, bytes, type) {
      const record = await announce(who, name, Buffer.byteLength(bytes), type)
      const response = await put(record, bytes, send)
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
      return record
    },
    async record(who, id) {
      const found = await store.attachment(principalKey(who), id)
      if (!found) return undefined
      const { owner: _, ...record } = found
      return record
    },
    send,
  }
}

/** Does what the descriptor says. */
export async function put(
  { upload_descriptor: to }: StoredAttachment,
  body: Exclude<RequestInit['body'], undefined>,
  send: House['send'],
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  if (!to) throw new Error('nothing to upload')
  return send(to.url, {
    method: to.method,
    headers: { ...to.headers, ...headers },
    body,
    ...{ duplex: 'half' },
  })
}

/** A body that is given chunk by chunk. */
export function chunks(...parts: readonly string[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  const left = [...parts]
  return new ReadableStream({
    pull(controller) {
      const next = left.shift()
      if (next === undefined) controller.close()
      else controller.enqueue(new TextEncoder().encode(next))
    },
  })
}
