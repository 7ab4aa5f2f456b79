// An app with one stdio server, for the tests: callers, keys, the audit and the log can be read. No
// test lives here.

import type { AuditEvent } from '../../src/core/audit.ts'
import type { BindingInput } from '../../src/core/binding.ts'
import { granted } from '../../src/core/errors.ts'
import type { Principal } from '../../src/core/principal.ts'
import { memorySecretStore } from '../../src/core/vault/memory-secret-store.ts'
import { staticKeys } from '../../src/core/vault/static-keys.ts'
import { createOnBehalf } from '../../src/index.ts'
import type { OnBehalfOptions } from '../../src/on-behalf-options.ts'
import {
  type ChildProcessesOptions,
  childProcesses,
  type ProcessLogEntry,
} from '../../src/stdio/index.ts'
import { CHAT, ISSUER, verifiedToken } from '../core/parts.ts'

export const RESOURCE = 'https://everything.example'
const EVERYTHING = {
  command: process.execPath,
  args: ['node_modules/@modelcontextprotocol/server-everything/dist/index.js', 'stdio'],
} as const

/** A binding that puts a key of the person into the environment. */
export const BY_ENV: BindingInput = {
  url: 'stdio:everything',
  resource: RESOURCE,
  source: { type: 'static', of: 'person' },
  placement: { type: 'env', variables: { EVERYTHING_TOKEN: '{credential}' } },
  process: EVERYTHING,
}

/** Makes the app. */
export function stdioHouse(
  binding: BindingInput = BY_ENV,
  {
    processes: limits,
    ...changes
  }: Partial<Omit<OnBehalfOptions, 'processes'>> & {
    readonly processes?: ChildProcessesOptions
  } = {},
) {
  const events: AuditEvent[] = []
  const log: ProcessLogEntry[] = []
  const secrets = memorySecretStore()
  const processes = childProcesses({ log: (entry) => void log.push(entry), ...limits })
  /** What happened, in order: a hop that was recorded by its placement, and a process that was taken. */
  const order: string[] = []
  const record = changes.audit?.record ?? (() => {})
  const onbehalf = createOnBehalf({
    resource: CHAT,
    authorizationServers: [ISSUER],
    verifier: {
      async verify(credential) {
        const [, subject = '', tenant] = credential.reveal().split('.')
        const principal: Principal = { issuer: ISSUER, subject, ...(tenant ? { tenant } : {}) }
        return granted(
          verifiedToken({
            principal,
            claims: { email: `${subject}@example.com` },
            expiresAt: Date.now() / 1000 + 3600,
          }),
        )
      },
    },
    servers: { everything: binding },
    secrets,
    ...changes,
    processes: {
      take(request) {
        order.push('process')
        return processes.take(request)
      },
      end: (owner) => processes.end(owner),
    },
    audit: {
      async record(event) {
        await record(event)
        events.push(event)
        if (event.hop === 'carry' && event.outcome === 'allowed') order.push(event.placement ?? '')
      },
    },
  })
  return {
    onbehalf,
    processes,
    events,
    order,
    log,
    keys: staticKeys(secrets),
    async caller(subject = 'alice', tenant = '') {
      const headers = { authorization: `Bearer canary-subject-token.${subject}.${tenant}` }
      const admission = await onbehalf.admit(new Request(CHAT, { method: 'POST', headers }))
      if (!admission.ok) throw new Error(admission.refusal.reason)
      return admission.value
    },
  }
}
