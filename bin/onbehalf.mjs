#!/usr/bin/env node
// The program `onbehalf`. When it is installed, it runs the built files. In the repository it runs
// the source, on the Node version that is pinned there: the machine's own Node may be too old for
// TypeScript, and the built files may be older than the source.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'

const CONDITION = '--conditions=onbehalf-source'
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
const source = new URL('../src/cli/main.ts', import.meta.url)
// The published package has no such file.
const inRepository = existsSync(new URL('../tsconfig.build.json', import.meta.url))

if (inRepository && !process.execArgv.includes(CONDITION)) await runOnPinnedNode()
else if (tooOld()) fail(`onbehalf needs Node 22.19 or newer; this is ${process.version}.`)
else
  await run(
    await import(inRepository ? source.href : new URL('../dist/cli/main.js', import.meta.url).href),
  )

async function run({ main }) {
  const controller = new AbortController()
  for (const signal of SIGNALS) process.once(signal, () => controller.abort())
  // In the repository, whoever started us was killed, and cannot hand on a signal.
  process.once('disconnect', () => controller.abort())
  process.channel?.unref()
  process.exitCode = await main(process.argv.slice(2), {
    out: (line) => process.stdout.write(`${line}\n`),
    note: (line) => process.stderr.write(`${line}\n`),
    signal: controller.signal,
    ...(process.stdin.isTTY && process.stderr.isTTY ? { ask } : {}),
  })
}

async function ask(question) {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await lines.question(question)
  } finally {
    lines.close()
  }
}

async function runOnPinnedNode() {
  const { pinnedNode } = await import('../scripts/pinned-node.mjs')
  const node = pinnedNode()
  if (!node)
    return fail(
      `There is no pinned Node for ${process.platform}-${process.arch}. Run npm ci, or use Node 22.19 or newer.`,
    )
  const args = [
    CONDITION,
    '--disable-warning=ExperimentalWarning',
    fileURLToPath(import.meta.url),
    ...process.argv.slice(2),
  ]
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`${node} could not be started (${error.code}).`))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143)
  })
}

function tooOld() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major < 22 || (major === 22 && minor < 19)
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exitCode = 1
}
