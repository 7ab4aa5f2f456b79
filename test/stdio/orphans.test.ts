// No server outlives the app, however the app ends.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describe, it } from 'vitest'
import { isGone } from './processes.ts'

const APP = new URL('./parent-child.ts', import.meta.url).pathname

/** Starts the app, and gives the numbers of the server and of what that started. */
async function started(how: string) {
  const app = spawn(process.execPath, ['--conditions=onbehalf-source', APP, how], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [line] = await once(createInterface({ input: app.stdout }), 'line')
  return { app, pids: JSON.parse(String(line)) as number[] }
}

describe('a server that ignores signals, and what it started,', () => {
  it.each(['exit', 'throw'])('ends with an app that ends by %s', async (how) => {
    const { pids } = await started(how)
    await Promise.all(pids.map(isGone))
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGKILL', 'SIGSEGV'] as const)(
    'ends with an app that is killed by %s',
    async (signal) => {
      const { app, pids } = await started('wait')
      app.kill(signal)
      await Promise.all(pids.map(isGone))
    },
  )
})
