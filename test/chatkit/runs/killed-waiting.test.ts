// kill -9 while an answer waits for a fresh sign-in of its person: the text so far is kept, the call that
// waited was not made, and the person goes on at the instance that starts next.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { listAll } from '../../end-to-end/chat.ts'
import { kill, type Program, start } from '../../end-to-end/program.ts'
import { frameReader } from '../resumable.ts'
import { message } from '../support.ts'

const METADATA = { 'onbehalf/renews': true, 'onbehalf/resumable': true }

interface Instance {
  readonly program: Program
  readonly chatkit: string
  send(type: string, params: object): Promise<Response>
}

async function instance(database: string): Promise<Instance> {
  const child = 'test/chatkit/runs/waiting-child.ts'
  const program = start(process.execPath, ['--conditions=onbehalf-source', child, database])
  onTestFinished(() => kill(program))
  const { port } = z.object({ port: z.number() }).parse(JSON.parse(await program.firstLine))
  const chatkit = `http://127.0.0.1:${port}/chatkit`
  return {
    program,
    chatkit,
    send: (type, params) =>
      fetch(chatkit, {
        method: 'POST',
        headers: { authorization: 'Bearer alice', 'content-type': 'application/json' },
        body: JSON.stringify({ type, params, metadata: METADATA }),
      }),
  }
}

/** Reads an answer up to where the page is asked for a sign-in. */
async function untilAsked(response: Response) {
  const reader = await frameReader(response)
  const frames = await reader.until('client_effect')
  expect(frames.at(-1)?.event.name).toBe('onbehalf/renews')
  return { reader, thread: frames.find(({ event }) => event.thread)?.event.thread.id }
}

it('kill -9 while an answer waits for a sign-in loses no text and makes no call, and the person goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'killed-waiting-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const database = join(folder, 'chat.db')
  const first = await instance(database)
  const begun = await first.send('threads.create', { input: message('Do it') })
  const { thread } = await untilAsked(begun)
  await kill(first.program)
  expect(first.program.out()).not.toContain('called')

  const second = await instance(database)
  // A page that comes late with its sign-in is told that nobody waits, and nothing is done.
  const late = await second.send('onbehalf.runs.renew', { thread_id: thread })
  expect([late.status, await late.json()]).toEqual([200, { renewed: false }])
  const kept = await listAll(second.chatkit, 'alice', 'items.list', { thread_id: thread })
  expect(kept.map(({ type }) => type)).toEqual(['user_message', 'assistant_message'])
  const [{ id: item_id } = { id: '' }] = kept
  const again = await second.send('threads.retry_after_item', { thread_id: thread, item_id })
  const { reader } = await untilAsked(again)
  const renewed = await second.send('onbehalf.runs.renew', { thread_id: thread })
  expect(await renewed.json()).toEqual({ renewed: true })
  const rest = await reader.take()
  expect(JSON.stringify(rest)).toContain('after')
  expect(second.program.out().match(/called/g)).toHaveLength(1)
})
