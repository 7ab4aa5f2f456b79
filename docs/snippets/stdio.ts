// A stdio server: a process for one caller, with the environment that is named here and what the SDK always passes (PATH, HOME and their like).

import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import type { Caller } from 'onbehalf'

export async function connect(caller: Caller, command: string, args: string[]) {
  const tasks = new Client({ name: 'app', version: '1.0.0' })
  await tasks.connect(
    caller.transport('Tasks', new StdioClientTransport({ command, args, env: { LANG: 'C' } })),
  )
  return tasks
}
