// One instance of an app that keeps sign-ins, in a process of its own: over PostgreSQL behind a pooler in
// transaction mode. Its answers name the instance. It prints its port. No test lives here.

import { createServer } from 'node:http'
import { type Caller, createOnBehalf } from 'onbehalf'
import { type AnswerEvent, chatkitServer } from 'onbehalf/chatkit'
import { oidc } from 'onbehalf/issuers'
import { toNodeListener } from 'onbehalf/node'
import { serverSession } from 'onbehalf/session'
import { fileMasterKeys } from 'onbehalf/store'
import {
  openPostgres,
  postgresRunStore,
  postgresSecretStore,
  postgresSignInStore,
  postgresThreadStore,
} from 'onbehalf/store/postgres'
import { z } from 'zod'

const { name, origin, issuer, keyring, aheadMs, pooler, direct } = z
  .object({
    name: z.string(),
    origin: z.string(),
    issuer: z.string(),
    keyring: z.string(),
    /** How far the clock of its sign-ins is ahead, so that a token is near its end. */
    aheadMs: z.number(),
    pooler: z.object({
      host: z.string(),
      port: z.number(),
      user: z.string(),
      database: z.string(),
    }),
    direct: z.object({ host: z.string(), port: z.number() }),
  })
  .parse(JSON.parse(process.argv[2] ?? ''))

const now = () => Date.now() + aheadMs
const resource = `${origin}/chatkit`
const audit = { record: () => {} }
const database = await openPostgres({ ...pooler, pooler: 'transaction', direct, connections: 4 })
const preset = oidc({ issuer, audience: resource, now })
const session = serverSession({
  issuer: preset,
  clientId: 'app',
  origin,
  resource,
  scopes: ['openid', 'tasks:read'],
  store: postgresSignInStore(database),
  secrets: postgresSecretStore(database, fileMasterKeys(keyring)),
  audit,
  now,
})
const onbehalf = createOnBehalf({ resource, issuer: preset, session, servers: {}, audit, now })
const chat = chatkitServer<Caller>({
  admit: onbehalf.admit,
  store: postgresThreadStore(database),
  runs: postgresRunStore(database),
  lease: 2000,
  rateLimit: 'none',
  async *respond(_thread, message, { caller, newItem, signal }): AsyncGenerator<AnswerEvent> {
    const asked = message?.content.map((part) => part.text).join('') ?? ''
    const text = `${name} told ${caller.principal.subject}: ${asked}`
    const item = { ...newItem('message'), type: 'assistant_message' } as const
    yield { type: 'thread.item.added', item: { ...item, content: [] } }
    const update = {
      type: 'assistant_message.content_part.text_delta',
      content_index: 0,
      delta: text,
    } as const
    yield { type: 'thread.item.updated', item_id: item.id, update }
    // The first instance never gets further with this one: it is killed.
    if (asked === 'slowly' && name === 'first')
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    const content = [{ type: 'output_text', text, annotations: [] }] as const
    yield { type: 'thread.item.done', item: { ...item, content } }
  },
})
const listener = toNodeListener(
  async (request) => (await session.handle(request)) ?? chat.fetch(request),
)
const server = createServer(listener)
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())))
