// Attachments over real connections: what a browser sends, and what is left when it goes.

import { readdir } from 'node:fs/promises'
import { createServer, request as httpRequest } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { requestOf } from '../../../src/mount/node-request.ts'
import type { Loose } from '../../chatkit/support.ts'
import { ALICE, type House, house, URL_BASE } from './house.ts'

async function served(): Promise<{
  readonly home: House
  readonly origin: string
  readonly statuses: number[]
}> {
  const home = await house()
  const statuses: number[] = []
  const server = createServer(async (incoming, response) => {
    const request = requestOf(incoming, response)?.request
    const answer = (request && (await home.attachments.fetch(request))) ?? new Response()
    statuses.push(answer.status)
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    if (answer.body) await pipeline(Readable.fromWeb(answer.body), response).catch(() => {})
    else response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return { home, origin: `http://127.0.0.1:${port}`, statuses }
}

const at = (origin: string, url: string) => url.replace(new URL(URL_BASE).origin, origin)

describe('over node:http', () => {
  it('a file that is put and a file that is posted both come back byte by byte', async () => {
    const { home, origin } = await served()
    const bytes = Buffer.alloc(3_000_000, 'onbehalf ')
    const record = await home.announce(ALICE, 'a.txt', bytes.length)
    const { url, method, headers } = record.upload_descriptor ?? {
      url: '',
      method: '',
      headers: {},
    }
    expect((await fetch(at(origin, url), { method, headers, body: bytes })).status).toBe(200)
    const form = new FormData()
    form.set('file', new File([bytes], 'b.txt', { type: 'text/plain' }))
    const posted = await fetch(`${origin}/files`, {
      method: 'POST',
      headers: { authorization: 'Bearer alice' },
      body: form,
    })
    const { id }: Loose = await posted.json()
    for (const one of [record.id, id]) {
      const response = await fetch(at(origin, (await home.attachments.link(ALICE, one)) ?? ''))
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
    }
  })

  it.each([['an announced upload'], ['a form']])(
    '%s leaves nothing when its sender disconnects in the middle',
    async (kind) => {
      const { home, origin, statuses } = await served()
      const record = await home.announce(ALICE, 'a.txt', 2_000_000)
      const { url } = record.upload_descriptor ?? { url: '' }
      const boundary = 'x'
      const sending =
        kind === 'a form'
          ? httpRequest(`${origin}/files`, {
              method: 'POST',
              headers: {
                authorization: 'Bearer alice',
                'content-type': `multipart/form-data; boundary=${boundary}`,
                'content-length': 2_000_000,
              },
            })
          : httpRequest(at(origin, url), {
              method: 'PUT',
              headers: { 'content-type': 'text/plain', 'content-length': 2_000_000 },
            })
      sending.on('error', () => {})
      const start = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n`
      sending.write(start + 'a'.repeat(1_000_000))
      await vi.waitFor(async () =>
        expect((await filesOf(home)).some((name) => name.endsWith('.part'))).toBe(true),
      )
      sending.destroy()
      await vi.waitFor(async () => expect(statuses).toEqual([400]))
      expect(await filesOf(home)).toEqual([`${record.id}.new`])
      expect(home.errors).toEqual([])
    },
  )
})

async function filesOf({ path }: House): Promise<readonly string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile() && entry.name !== 'owner').map(({ name }) => name)
}
