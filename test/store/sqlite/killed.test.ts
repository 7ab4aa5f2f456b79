// kill -9 in mid-stream, over a real file: what the client was told is there, and nothing half.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { openSqlite, sqliteThreadStore } from '../../../src/store/index.ts'
import { message, testChat } from '../../chatkit/support.ts'

const CHILD = fileURLToPath(new URL('./killed-server.ts', import.meta.url))

/** Runs the process until it has printed so many lines, kills it, and gives all that it printed. */
async function killedAfter(lines: number, path: string): Promise<string[]> {
  const options = ['--conditions=onbehalf-source', '--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...options, CHILD, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const printed: string[] = []
  const ended = once(child, 'close')
  createInterface({ input: child.stdout }).on('line', (line) => {
    printed.push(line)
    if (printed.length === lines) child.kill('SIGKILL')
  })
  const [, signal] = await ended
  expect(signal).toBe('SIGKILL')
  return printed
}

it.each([2, 3, 4, 5, 40, 200])(
  'a server that is killed after %i lines leaves every acknowledged item and no half item',
  async (lines) => {
    const folder = mkdtempSync(join(tmpdir(), 'onbehalf-'))
    const path = join(folder, 'chat.db')
    try {
      const printed = await killedAfter(lines, path)
      const told = (what: string) =>
        printed
          .filter((line) => line.startsWith(`${what} `))
          .map((line) => line.slice(what.length + 1))

      const database = openSqlite(path)
      const chat = testChat(async function* () {}, { store: sqliteThreadStore(database) })
      const listed = await chat.json('alice', 'threads.list')
      expect(listed.data.map(({ id }: { id: string }) => id)).toEqual(told('thread'))
      const thread_id = listed.data[0].id

      const stored: { id: string; content: { text: string }[] }[] = []
      for (let after: string | undefined; ; ) {
        const page = await chat.json('alice', 'items.list', {
          thread_id,
          order: 'asc',
          limit: 100,
          after,
        })
        stored.push(...page.data)
        if (!page.has_more) break
        after = page.after
      }
      const ids = stored.map(({ id }) => id)
      const acknowledged = told('done')
      expect(ids.slice(0, acknowledged.length)).toEqual(acknowledged)
      // Stored but not yet told: one at most. Every item is whole.
      expect(ids.length - acknowledged.length).toBeLessThanOrEqual(1)
      expect(stored.slice(1).map(({ content }) => content[0]?.text)).toEqual(
        stored.slice(1).map((_, n) => `answer ${n}`),
      )
      const title = told('title').at(-1)
      if (title)
        expect(listed.data[0].title >= title || listed.data[0].title.length > title.length).toBe(
          true,
        )

      const events = await chat.stream('alice', 'threads.add_user_message', {
        thread_id,
        input: message('again'),
      })
      expect(events.map(({ type }) => type)).toEqual(['thread.item.done', 'stream_options'])
      database.close()
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
