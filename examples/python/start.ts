// `npm run start:python`: makes the Python environment when it is missing, starts the example, and
// ends it on a signal.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../taskflow/folder.ts'
import { startExample } from './example.ts'

const here: string = import.meta.dirname
const environment: string = join(here, '.venv')
const python: string = join(environment, 'bin', 'python')
if (!existsSync(python)) {
  console.log('Installing the Python packages into examples/python/.venv, once …')
  run('python3', ['-m', 'venv', environment])
  run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', join(here, 'requirements.txt')])
}
const dataDir: string = join(here, '.data')
await makeFolder(dataDir)
const example = await startExample({ port: 8080, dataDir, python, env: process.env })
console.log(`
  Open ${example.urls.page}, sign in as alice or bob, and say: Add a task to buy groceries

  the gateway          ${example.urls.gateway}   from onbehalf.yaml alone
  data and logs        ${dataDir}

  ${process.env.OPENAI_API_KEY ? 'The model is that of OPENAI_API_KEY.' : 'The model is a stand-in, not a language model. Set OPENAI_API_KEY for a real one.'}
  Ctrl-C ends it.`)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void example.close().then(() => process.exit(0)))

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  if (status === 0) return
  console.error('That failed. The example needs Python 3.10 or newer with venv, and PyPI.')
  process.exit(1)
}
