// The servers of `npm run test:servers`.

import { apify } from './apify.ts'
import { atlassian } from './atlassian.ts'
import { context7 } from './context7.ts'
import { everything } from './everything.ts'
import { fastmcp } from './fastmcp.ts'
import { firecrawl } from './firecrawl.ts'
import { gitlab } from './gitlab.ts'
import { grafana } from './grafana.ts'
import { notion } from './notion.ts'
import { openapi } from './openapi.ts'
import { referenceGitlab } from './reference-gitlab.ts'
import type { RealServer } from './server.ts'

/** Those of npm first: they need no Python. */
export const SERVERS: readonly RealServer[] = [
  ...gitlab,
  ...notion,
  ...context7,
  ...firecrawl,
  ...apify,
  ...referenceGitlab,
  ...openapi,
  ...everything,
  ...atlassian,
  ...grafana,
  ...fastmcp,
]

/** What is not among them, and why. */
export const NOT_TRIED: readonly string[] = [
  'a cookie, the path of the URL, by a server that others wrote whole: those that we know are hosted',
  'a signed request: none of the servers that we looked at takes one; `onbehalf leaktest` tries stand-ins',
  'mcp-grafana, X-Access-Token with X-Grafana-Id: over HTTP it passes neither on',
  'mcp-grafana over HTTP+SSE: it takes no credential of a caller there',
  '@ivotoby/openapi-mcp-server over HTTP: it sends the answer of a call to another stream than the call’s',
  'workspace-mcp: it wants accounts of Google',
  '@stripe/mcp and hosted servers: they cannot be had on loopback',
]
