// The API in process, behind the real door. Its verifier is a stand-in that reads
// "issuer/subject/scopes" instead of checking a signature.

import {
  type AuditEvent,
  createAuditor,
  createDoor,
  type Principal,
  type TokenVerifier,
} from 'onbehalf'
import { type Api, type ApiOptions, createApi } from '../../../../examples/taskflow/api/index.ts'

export const RESOURCE = 'http://127.0.0.1:3002/api'

/**
 * Stands in for the JWT verifier: takes a readable token such as `one/alice/rw`, and gives the
 * claims that a real one would hold.
 */
export const readableTokens: TokenVerifier = {
  async verify(credential, audience) {
    const [issuer, subject, letters = ''] = credential.reveal().split('/')
    if (!issuer || !subject) return { ok: false, refusal: { reason: 'token_malformed' } }
    const principal: Principal = {
      issuer: `https://${issuer}.example`,
      subject,
      client: 'taskflow-mcp',
      actor: { subject: 'taskflow-mcp', actor: { subject: 'taskflow-chat' } },
    }
    const scopes = [
      ...(letters.includes('r') ? ['tasks:read'] : []),
      ...(letters.includes('w') ? ['tasks:write'] : []),
    ]
    return {
      ok: true,
      value: {
        principal,
        audience: [audience].flat(),
        scopes,
        expiresAt: 4e9,
        tokenId: `id-of-${subject}`,
        claims: {},
      },
    }
  },
}

export interface TestApi {
  readonly api: Api
  readonly events: AuditEvent[]
  readonly errors: unknown[]
  /** Moves the clock on, in milliseconds. */
  readonly pass: (milliseconds: number) => void
  readonly send: (
    token: string,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers by name
  readonly body: any
}

export const ALICE = 'one/alice/rw'
export const BOB = 'one/bob/rw'
/** The same subject at another issuer: another person. */
export const OTHER_ALICE = 'two/alice/rw'

export async function testApi(options: Partial<ApiOptions> = {}): Promise<TestApi> {
  const events: AuditEvent[] = []
  const errors: unknown[] = []
  let time = Date.UTC(2027, 0, 15, 12)
  const auditor = createAuditor({ record: (event) => void events.push(event) })
  const api = await createApi({
    door: createDoor({
      resource: RESOURCE,
      verifier: readableTokens,
      auditor,
      scopesSupported: ['tasks:read', 'tasks:write'],
    }),
    authorizationServer: 'http://127.0.0.1:3003',
    database: ':memory:',
    now: () => time,
    onError: (error) => errors.push(error),
    ...options,
  })
  return {
    api,
    events,
    errors,
    pass: (milliseconds) => {
      time += milliseconds
    },
    async send(token, method, path, body, headers = {}) {
      const response = await api.fetch(
        new Request(`${RESOURCE}${path}`, {
          method,
          headers: {
            ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body === undefined
            ? {}
            : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        }),
      )
      const text = await response.text()
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' ? undefined : JSON.parse(text),
      }
    },
  }
}
