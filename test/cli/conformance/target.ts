// A gateway that conformance is tried against, whole or with one fault, with the issuer and the server of
// conformance around it. It has no tests.

import { once } from 'node:events'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bench, createBench } from '../../../src/cli/conformance/bench.ts'
import { issuedTokens, type Tokens } from '../../../src/cli/conformance/tokens.ts'
import { type Issuer, startIssuer } from '../../../src/cli/conformance/world/issuer.ts'
import { startUpstream, type Upstream } from '../../../src/cli/conformance/world/upstream.ts'
import { freePort } from '../../../src/cli/leaktest/house/listen.ts'
import { Credential } from '../../../src/core/credential.ts'
import { egressFetch } from '../../../src/egress/index.ts'
import { createGateway } from '../../../src/gateway/index.ts'
import { oidc } from '../../../src/issuers/index.ts'
import { toNodeListener } from '../../../src/mount/node.ts'

/** What stands around the gateway, and the gateway itself. */
export interface Around {
  readonly target: string
  readonly issuer: Issuer
  readonly upstream: Upstream
  readonly tokens: Tokens
  /** A file that a faulty target may log to. */
  readonly log: string
}

/** A target between a client and the gateway. */
export type Fault = (
  request: Request,
  next: (request: Request) => Promise<Response>,
  around: Around,
) => Promise<Response>

/** A running target. */
export interface Target extends Around {
  /** What the checks work with. */
  bench(changes?: Partial<Bench>): Bench
  /** From now on it has this fault, or none. */
  breakWith(fault: Fault | undefined): void
  close(): Promise<void>
}

/** Starts one. */
export async function startTarget(): Promise<Target> {
  const [issuer, upstream, port] = [await startIssuer(0), await startUpstream(0), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const folder = mkdtempSync(join(tmpdir(), 'onbehalf-conformance-'))
  const log = join(folder, 'target.log')
  writeFileSync(log, 'started\n')
  const write = (line: string) => appendFileSync(log, `${line}\n`)
  const gateway = createGateway({
    url,
    issuer: oidc({
      issuer: issuer.origin,
      clientId: 'gateway',
      clientSecret: new Credential('the-secret-of-a-tested-gateway'),
    }),
    servers: {
      Upstream: {
        url: upstream.url,
        source: { type: 'exchange', scopes: ['mcp'] },
        placement: [
          { type: 'header' },
          {
            type: 'argument',
            parameters: [
              { pointer: '/user_id', value: 'subject' },
              { pointer: '/access_token', value: 'credential' },
            ],
          },
        ],
      },
    },
    audit: { record: (event) => write(JSON.stringify(event)) },
    warn: write,
  })
  const target = `${url}/mcp/Upstream`
  const tokens = issuedTokens(issuer, target, 'mcp')
  const around = { target, issuer, upstream, tokens, log }
  const send = egressFetch()
  let fault: Fault | undefined
  const server = createServer((incoming, outgoing) => {
    const listener = toNodeListener((request) =>
      fault ? fault(request, gateway.fetch, around) : gateway.fetch(request),
    )
    void listener(incoming, outgoing)
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')
  return {
    ...around,
    breakWith: (next) => {
      fault = next
    },
    bench: (changes = {}) => ({
      ...createBench({
        ...{ target, other: `${url}/mcp`, tokens, upstream, logs: [log] },
        // That of the platform writes the header `Host` by itself.
        direct: send,
        guarded: send,
        signal: new AbortController().signal,
      }),
      ...changes,
    }),
    async close() {
      server.close()
      server.closeAllConnections()
      await Promise.all([issuer.close(), upstream.close(), send.close()])
      rmSync(folder, { recursive: true })
    },
  }
}
