// A process that does not read what it is sent. The rest would wait in our memory.

import { afterEach, expect, it } from 'vitest'
import { childProcesses } from '../../src/stdio/index.ts'

const log: string[] = []
const processes = childProcesses({ log: ({ text }) => void log.push(text) })
afterEach(() => processes.close())

it('a process that reads nothing is ended before the memory is full', async () => {
  const taken = await processes.take({
    owner: 'alice',
    server: 'Notes',
    settings: { command: process.execPath, args: ['-e', 'setInterval(() => {}, 1_000)'] },
    start: { env: {}, args: [], expiresAt: Number.POSITIVE_INFINITY },
    clean: (line) => line,
  })
  if (!taken.ok) throw new Error(taken.refusal.reason)
  const { value: used } = taken
  const closed = new Promise<void>((resolve) => {
    used.onclose = resolve
  })
  const message = { jsonrpc: '2.0', method: 'notifications/x', params: 'x'.repeat(12_000_000) }
  const sent = [1, 2, 3, 4].map(() => used.send(message).catch(() => 'refused'))
  await closed
  expect(await Promise.all(sent)).toEqual(['refused', 'refused', 'refused', 'refused'])
  expect(log).toEqual(['It ended by itself (signal SIGKILL).'])
})
