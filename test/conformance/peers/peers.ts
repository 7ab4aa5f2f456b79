// `npm run conformance -- peers`: our own checks of authorization, run against proxies that others
// wrote. It says what they do today; no result of theirs is a failure of this code.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createBench } from '../../../src/cli/conformance/bench.ts'
import { type Report, runChecks } from '../../../src/cli/conformance/run-checks.ts'
import { issuedTokens } from '../../../src/cli/conformance/tokens.ts'
import { startIssuer } from '../../../src/cli/conformance/world/issuer.ts'
import { startUpstream } from '../../../src/cli/conformance/world/upstream.ts'
import { egressFetch } from '../../../src/egress/index.ts'
import { type Package, packageFolder, pythonProgram } from '../../frameworks/servers/packages.ts'
import { freePort, type Start, serve } from '../../issuers-real/program.ts'

/** A proxy of somebody else. */
interface Peer {
  readonly package: Package
  readonly start: (folder: string) => Pick<Start, 'command' | 'args'>
}

const here = import.meta.dirname
const PEERS: readonly Peer[] = [
  {
    package: { from: 'PyPI', name: 'fastmcp', version: '4.2.3' },
    start: (folder) => ({
      command: pythonProgram(folder, 'python'),
      args: [join(here, 'fastmcp-proxy.py')],
    }),
  },
  {
    package: { from: 'npm', name: 'mcp-proxy', version: '6.7.19' },
    start: () => ({ command: process.execPath, args: [join(here, 'mcp-proxy.mjs')] }),
  },
]

/**
 * Runs the checks against each of them, and says what came of it.
 *
 * @throws NotAvailable when one cannot be had.
 */
export async function runPeers(
  folder: string,
  say: (line: string) => void,
): Promise<readonly (Report & { readonly peer: string })[]> {
  const reports = []
  for (const peer of PEERS) {
    const { name, version } = peer.package
    say(`${name} ${version}`)
    const report = await runPeer(peer, folder, say)
    say(
      `${name}: ${report.passed} passed, ${report.failed} failed, ${report.unknown} could not be told`,
    )
    reports.push({ peer: name, ...report })
  }
  return reports
}

async function runPeer(
  { package: wanted, start }: Peer,
  cache: string,
  say: (line: string) => void,
): Promise<Report> {
  mkdirSync(cache, { recursive: true })
  const folder = await packageFolder(cache, wanted)
  const [issuer, upstream, port] = [await startIssuer(0), await startUpstream(0), await freePort()]
  const target = `http://127.0.0.1:${port}/mcp`
  const log = join(folder, 'conformance.log')
  const env = {
    PORT: String(port),
    ISSUER: issuer.origin,
    UPSTREAM: upstream.url,
    FOLDER: folder,
  }
  const isReady = async () => (await fetch(target, { method: 'POST', body: '{}' })).status > 0
  const server = await serve({ ...start(folder), cwd: folder, env, log }, isReady)
  const send = egressFetch()
  try {
    const bench = createBench({
      ...{ target, other: undefined, upstream, logs: [log], direct: send, guarded: send },
      tokens: issuedTokens(issuer, target, 'mcp'),
      signal: new AbortController().signal,
    })
    return await runChecks(bench, {
      only: [],
      signal: new AbortController().signal,
      onResult: ({ id, outcome }) =>
        say(`  ${outcome.kind.padEnd(7)} ${id}${'why' in outcome ? `: ${outcome.why}` : ''}`),
    })
  } finally {
    await Promise.all([server.stop(), issuer.close(), upstream.close(), send.close()])
  }
}
