// Everything that is tested of a gateway holds for requests that come in by node:http, too.

import { expect, it } from 'vitest'
import { comeIn } from './house.ts'

const quickRequests = comeIn('quick')
await import('./gateway.test.ts')
await import('./attacks.test.ts')
await import('./chat.test.ts')

it('has come in by the quick way', () => {
  expect(quickRequests()).toBeGreaterThan(50)
})
