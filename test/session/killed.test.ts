// kill -9 between the issuer's answer to a refresh and the store: the new refresh token is lost, and
// the old one is used up.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { sqliteSecretStore, sqliteSignInStore } from '../../src/store/index.ts'
import { groundForTest } from '../store/ground.ts'
import { house, whoIs } from './house.ts'
import { CHAT } from './issuer.ts'

const CHILD = fileURLToPath(new URL('refreshing-child.ts', import.meta.url))

it('after kill -9 in a refresh the person signs in again, and is told so', async () => {
  const ground = groundForTest()
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => server.close().closeAllConnections())
  const issuerUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { browser, issuer, clock } = await house({
    issuerUrl,
    storesOf: () => {
      const database = ground.open()
      return {
        store: sqliteSignInStore(database),
        secrets: sqliteSecretStore(database, ground.masterKeys),
      }
    },
  })
  const one = browser()
  await one.signIn()
  clock.forward(290)

  const cookie = [...one.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const options = ['--conditions=onbehalf-source', '--disable-warning=ExperimentalWarning']
  const child = spawn(
    process.execPath,
    [...options, CHILD, ground.path, ground.keyring, issuerUrl, CHAT, cookie, `${clock.now()}`],
    { stdio: 'inherit' },
  )
  const ended = once(child, 'exit')
  server.on('request', async (request, response) => {
    const { method = 'GET', url = '/' } = request
    const body = method === 'POST' ? new URLSearchParams(await text(request)) : undefined
    const answer = await issuer.fetch(`${issuerUrl}${url}`, body ? { method, body } : {})
    // The issuer has answered: from its side the old refresh token is used up.
    if (url === '/token') child.kill('SIGKILL')
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(await answer.text())
  })
  expect(await ended).toEqual([null, 'SIGKILL'])
  expect(issuer.refreshes()).toBe(1)

  clock.forward(31)
  const admission = await one.admit()
  expect(!admission.ok && (await admission.response.json())).toEqual({
    code: 'invalid_token',
    message: 'The sign-in has ended. Sign in again.',
  })
  await one.signIn()
  expect(await whoIs(one.admit())).toBe('alice')
})
