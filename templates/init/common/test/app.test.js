// Without a token nobody gets in, and is told where to sign in.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onbehalf } from '../onbehalf.js'

test('a request without a token gets a 401, and the metadata that it names is there', async () => {
  const request = new Request(process.env.RESOURCE, { method: 'POST' })
  const refusal = await onbehalf.handle(request, () => assert.fail('nobody was let in'))
  assert.equal(refusal.status, 401)
  const [, url] = /resource_metadata="([^"]+)"/.exec(refusal.headers.get('www-authenticate'))
  const metadata = await (await onbehalf.handle(new Request(url))).json()
  assert.equal(metadata.resource, process.env.RESOURCE)
  assert.deepEqual(metadata.authorization_servers, [process.env.ISSUER])
})
