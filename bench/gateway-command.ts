// The command `onbehalf gateway` as an installed package has it, with a store: how long it takes until
// its first call was answered, and what memory it needs.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Issuer } from './gateway-issuer.ts'
import { type Contender, call, calls, contenderAt } from './gateway-load.ts'
import { median } from './median.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const STARTS = 5
const PEOPLE = 1_000
const CALLS_OF_PEOPLE = 10_000

/** What `bin/onbehalf.mjs` does in an installed package: it runs the built files. */
const PROGRAM = `
import { main } from '${new URL('../dist/cli/main.js', import.meta.url).href}'
const controller = new AbortController()
process.once('SIGTERM', () => controller.abort())
process.exitCode = await main(process.argv.slice(2), { out() {}, note() {}, signal: controller.signal })
`

/** What was measured. */
export interface CommandFigures {
  /** Median of five starts. */
  readonly startMs: number
  /** After 1, 10,000, 20,000 and 30,000 calls of 1,000 people. */
  readonly megabytes: readonly number[]
}

/** Builds the package, and measures the command. */
export async function commandFigures(
  issuer: Issuer,
  behind: string,
  port: number,
): Promise<CommandFigures> {
  run(['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], ROOT)
  const folder = mkdtempSync(join(tmpdir(), 'onbehalf-gateway-'))
  try {
    writeFileSync(join(folder, 'start.mjs'), PROGRAM)
    writeFileSync(join(folder, 'gateway.yaml'), fileFor(issuer, behind, port))
    run(['start.mjs', 'keys', 'init', '--keyring', join(folder, 'keyring.json')], folder)
    const tokens = await Promise.all(Array.from({ length: PEOPLE }, (_, who) => issuer.token(who)))
    let next = 0
    const contender = contenderAt({ port, cpu: async () => 0 }, '/mcp/Echo', () => ({
      authorization: `Bearer ${tokens[next++ % PEOPLE]}`,
    }))
    const times: number[] = []
    for (let start = 0; start < STARTS; start++) times.push(await startOnce(folder, contender))
    const megabytes = await memoryOf(folder, contender)
    await contender.pool.destroy()
    return { startMs: Math.round(median(times)), megabytes }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function run(args: readonly string[], cwd: string): void {
  execFileSync(process.execPath, args, { cwd, stdio: 'ignore' })
}

function fileFor({ url }: Issuer, behind: string, port: number): string {
  return `url: http://127.0.0.1:${port}
listen: 127.0.0.1:${port}
issuer: { preset: oidc, issuer: '${url}', audience: everybody, clientId: gateway, clientSecret: 'env:BENCH_SECRET' }
servers:
  Echo:
    url: '${behind}'
    source: { type: exchange, scopes: [use] }
    tools: { allow: [echo] }
    placement: { type: argument, parameters: [{ pointer: /access_token, value: credential }] }
store: { sqlite: gateway.db, keyring: keyring.json }
`
}

async function startOnce(folder: string, contender: Contender): Promise<number> {
  const startedAt = performance.now()
  const child = start(folder)
  try {
    await firstAnswer(child, contender)
    return performance.now() - startedAt
  } finally {
    await end(child)
  }
}

async function memoryOf(folder: string, contender: Contender): Promise<readonly number[]> {
  const child = start(folder)
  const megabytes: number[] = []
  try {
    await firstAnswer(child, contender)
    megabytes.push(residentMegabytes(child.pid))
    for (let run = 0; run < 3; run++) {
      await calls(contender, CALLS_OF_PEOPLE, 16)
      megabytes.push(residentMegabytes(child.pid))
    }
    return megabytes
  } finally {
    await end(child)
  }
}

function start(folder: string): ChildProcess {
  return spawn(process.execPath, ['start.mjs', 'gateway', '--config', 'gateway.yaml'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', BENCH_SECRET: 'of-the-gateway-of-the-bench' },
  })
}

async function firstAnswer(child: ChildProcess, contender: Contender): Promise<void> {
  const isAnswered = () =>
    call(contender).then(
      () => true,
      () => false,
    )
  while (!(await isAnswered())) {
    if (child.exitCode !== null) throw new Error('The command ended before it answered')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

async function end(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill()
  if (child.exitCode === null) await gone
}

/** As Linux counts it; not a number where there is no /proc. */
function residentMegabytes(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(status) ?? []
    return Math.round((Number(kilobytes) * 1024) / 1_000_000)
  } catch {
    return Number.NaN
  }
}
