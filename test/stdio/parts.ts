// Parts for the tests of processes: a person's request for one, and a client that asks it. No test
// lives here.

import type { ChildProcess } from '../../src/core/binding.ts'
import type {
  ChildProcesses,
  ProcessRequest,
  ProcessStart,
  RunningProcess,
} from '../../src/core/carry/child-processes.ts'
import { Credential } from '../../src/core/credential.ts'

export const SECRET = 'canary-x7Kq2mPz9Lw4vRt8c3-0123456789'

export const PROGRAM: ChildProcess = {
  command: process.execPath,
  args: [new URL('./server-child.ts', import.meta.url).pathname],
}

export function startOf(secret = SECRET, expiresAt = Number.POSITIVE_INFINITY): ProcessStart {
  return { env: { TOKEN: new Credential(secret) }, args: [], expiresAt }
}

export function requestOf(
  owner = 'alice',
  changes: Partial<ProcessRequest> & { readonly set?: Partial<ChildProcess> } = {},
): ProcessRequest {
  const { set, ...rest } = changes
  return {
    owner,
    server: 'Notes',
    settings: { ...PROGRAM, ...set },
    start: startOf(),
    clean: (line) => line,
    ...rest,
  }
}

export interface Asking {
  readonly process: RunningProcess
  ask(method: string, params?: object): Promise<Record<string, unknown>>
  readonly closed: Promise<void>
  /** What came that nobody asked for. */
  readonly others: object[]
}

/** Takes a process, and asks it as a client does. */
export async function taken(processes: ChildProcesses, request: ProcessRequest): Promise<Asking> {
  const result = await processes.take(request)
  if (!result.ok) throw new Error(result.refusal.reason)
  const process = result.value
  const waiting = new Map<unknown, (result: Record<string, unknown>) => void>()
  const others: object[] = []
  let id = 0
  const closed = new Promise<void>((resolve) => {
    process.onclose = resolve
  })
  process.onmessage = (message) => {
    const { id, result } = message as { id?: unknown; result?: Record<string, unknown> }
    const answer = waiting.get(id)
    if (answer && result) answer(result)
    else others.push(message)
  }
  return {
    process,
    closed,
    others,
    ask(method, params = {}) {
      id++
      const answered = new Promise<Record<string, unknown>>((resolve) => waiting.set(id, resolve))
      return process.send({ jsonrpc: '2.0', id, method, params }).then(() => answered)
    },
  }
}
