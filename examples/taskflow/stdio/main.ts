// TaskFlow's tools as an stdio server: a program with one person's token in its environment. It passes
// each message on to TaskFlow over HTTP, and keeps nothing.

import { createInterface } from 'node:readline'

const { TASKFLOW_URL: url, TASKFLOW_TOKEN: token } = process.env
if (url === undefined || token === undefined) {
  console.error('Set TASKFLOW_URL and TASKFLOW_TOKEN.')
  process.exit(2)
}
const headers = {
  authorization: `Bearer ${token}`,
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
}
for await (const line of createInterface({ input: process.stdin })) void pass(url, line)

/** Passes one message on, and writes what is answered. */
async function pass(url: string, line: string): Promise<void> {
  try {
    const response = await fetch(url, { method: 'POST', headers, body: line, redirect: 'error' })
    const body = await response.text()
    const isEvents = response.headers.get('content-type')?.startsWith('text/event-stream')
    for (const message of isEvents ? dataOf(body) : [body]) if (message !== '') console.log(message)
  } catch {
    const { id }: { readonly id?: string | number } = JSON.parse(line)
    const error = { code: -32603, message: 'TaskFlow cannot be reached.' }
    if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, error }))
  }
}

/** The messages in a body of server-sent events. */
function dataOf(body: string): readonly string[] {
  return [...body.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => data)
}
