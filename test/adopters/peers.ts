// Peers with a range, each in the lowest version that package.json allows and in the newest. The others
// (`@openai/agents`, `@modelcontextprotocol/client`, `pg`) have one version in their range so far, which
// the tests run. No test lives here.

import { readFileSync } from 'node:fs'
import type { Adopter } from './adopter.ts'
import { shownOn } from './mounted.ts'
import { reactPage } from './pages.ts'

const { peerDependencies } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { readonly peerDependencies: Readonly<Record<string, string>> }

/** What npm is asked for: the lowest version, which the range names first, or the range. */
function versionOf(peer: string, which: 'lowest' | 'newest'): string {
  const range = peerDependencies[peer] ?? ''
  const [lowest] = /\d+\.\d+\.\d+/.exec(range) ?? []
  if (lowest === undefined) throw new Error(`package.json has no range for ${peer}`)
  return which === 'lowest' ? lowest : range
}

/** An app for each of the two versions. */
function each(
  name: string,
  peers: readonly string[],
  appWith: (name: string, packages: Adopter['packages']) => Adopter,
): readonly Adopter[] {
  return (['lowest', 'newest'] as const).map((which) => {
    const packages = Object.fromEntries(peers.map((peer) => [peer, versionOf(peer, which)]))
    return appWith(`Peers, ${which}: ${name}`, packages)
  })
}

export const PEERS: readonly Adopter[] = [
  ...each('ai and @ai-sdk/mcp', ['ai', '@ai-sdk/mcp'], (name, packages) =>
    shownOn('node.md', {
      name,
      packages: { ...packages, zod: '^4.1.0' },
      files: { 'ai-sdk.js': 'answer.js' },
      start: () => ({ command: process.execPath, args: ['server.js'] }),
    }),
  ),
  ...each('react', ['react'], (name, { react = '' }) =>
    reactPage(name, { react, 'react-dom': react }),
  ),
]
