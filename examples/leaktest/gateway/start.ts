// Starts the gateway and the chat server behind it, as two processes, for `onbehalf leaktest`. The file
// of the gateway is written here, because its addresses are new in each run.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const { PORT = '', CHAT_PORT = '', DIR = '.', ISSUER = '', ...env } = process.env
const server = (url: string | undefined, placement: string) =>
  `{ url: '${url}', source: { type: exchange, scopes: [tools] }, placement: ${placement} }`
const IN_ARGUMENTS =
  '{ type: argument, parameters: [{ pointer: /access_token, value: credential }] }'
const file = join(DIR, 'onbehalf.yaml')
writeFileSync(
  file,
  `listen: 127.0.0.1:${PORT}
issuer: { preset: oidc, issuer: '${ISSUER}', clientId: gateway, clientSecret: env:CLIENT_SECRET }
servers:
  Notes: ${server(env.MCP_NOTES, '{ type: header }')}
  Tasks: ${server(env.MCP_TASKS, IN_ARGUMENTS)}
  Hostile: ${server(env.MCP_HOSTILE, '{ type: header }')}
chat:
  path: /chat
  upstream: http://127.0.0.1:${CHAT_PORT}/chat
  principalSecret: env:PRINCIPAL_SECRET
`,
)
const bin = createRequire(import.meta.url).resolve('onbehalf/package.json')
const children = [
  [join(bin, '../bin/onbehalf.mjs'), 'gateway', '--config', file],
  [join(import.meta.dirname, 'server.ts')],
].map((args) =>
  spawn(process.execPath, [...process.execArgv, ...args], { stdio: 'inherit', env: process.env }),
)
const stop = () => {
  for (const child of children) child.kill()
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
// One without the other is of no use.
for (const child of children) child.once('exit', stop)
const isUp = async (url: string) => (await fetch(url).catch(() => undefined)) !== undefined
const urls = [`http://127.0.0.1:${PORT}/healthz`, `http://127.0.0.1:${CHAT_PORT}/`]
while (!(await Promise.all(urls.map(isUp))).every(Boolean))
  await new Promise((resolve) => setTimeout(resolve, 50))
console.log('Both are ready')
