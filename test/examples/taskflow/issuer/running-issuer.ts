// A TaskFlow issuer on a port of its own, with a data folder of its own, for one test file. It
// fails the test when the issuer fails.

import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIssuer, type TaskflowResources } from '../../../../examples/taskflow/issuer/index.ts'
import { loadKeys, type TaskflowKeys } from '../../../../examples/taskflow/keys.ts'

export const web = 'http://127.0.0.1:3000'
export const resources: TaskflowResources = {
  chat: 'http://127.0.0.1:3000/chatkit',
  mcp: 'http://127.0.0.1:3001/mcp',
  gateway: 'http://127.0.0.1:3007/mcp',
  classic: 'http://127.0.0.1:3004/mcp',
  parts: 'http://127.0.0.1:3004/mcp/parts',
  api: 'http://127.0.0.1:3002/api',
}

export interface RunningIssuer {
  readonly issuer: string
  readonly keys: TaskflowKeys
  readonly dataDir: string
  readonly failures: readonly Error[]
  /**
   * Stops it and starts it again on the same port and data folder, as after a crash: nothing is
   * handed over in memory.
   */
  restart(): Promise<void>
  stop(): Promise<void>
}

export async function startIssuer(): Promise<RunningIssuer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'taskflow-issuer-'))
  const failures: Error[] = []
  const up = async (port: number) => {
    const keys = await loadKeys(dataDir)
    const server: Server = createServer()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    const address = server.address()
    if (typeof address !== 'object' || address === null) throw new Error('no address')
    const issuer = `http://127.0.0.1:${address.port}`
    const running = createIssuer({
      issuer,
      web,
      resources,
      keys,
      dataDir,
      onFailure: (error) => failures.push(error),
    })
    server.on('request', running.callback)
    const down = async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      running.close()
    }
    return { issuer, port: address.port, keys, down }
  }
  let current = await up(0)
  return {
    get issuer() {
      return current.issuer
    },
    get keys() {
      return current.keys
    },
    dataDir,
    failures,
    async restart() {
      await current.down()
      current = await up(current.port)
    },
    async stop() {
      await current.down()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
