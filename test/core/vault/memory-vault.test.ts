// The entries are private; counting the live Map through its only growth, `set` and `delete`, would
// test the implementation. So the sweep is watched from outside: what expired is no longer found by
// a clock that was set back.
import { expect, it } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import { memoryVault } from '../../../src/core/vault/memory-vault.ts'
import { alice, handClock, ISSUER, START } from '../parts.ts'
import { vaultContract } from './vault-contract.ts'

vaultContract('memory', (now) => ({ vault: memoryVault({ now }) }))

it('drops expired credentials as new ones come in', async () => {
  const clock = handClock()
  const vault = memoryVault({ now: clock.now })
  const deposit = (expiresAt: number) =>
    vault.deposit({
      credential: new Credential('secret'),
      owner: alice,
      destinations: [ISSUER],
      expiresAt,
    })
  const old = await Promise.all(Array.from({ length: 10_000 }, () => deposit(START + 5)))
  clock.forward(10)
  await deposit(START + 300)
  clock.forward(-10)
  const left = await Promise.all(old.map((handle) => vault.withdraw(handle, alice, ISSUER)))
  expect(left.filter((credential) => credential !== undefined)).toEqual([])
})

it('keeps what is still good when new ones come in', async () => {
  const clock = handClock()
  const vault = memoryVault({ now: clock.now })
  const deposit = (text: string) =>
    vault.deposit({
      credential: new Credential(text),
      owner: alice,
      destinations: [ISSUER],
      expiresAt: START + 300,
    })
  const handles = []
  for (const text of ['first', 'second', 'third']) {
    handles.push(await deposit(text))
    clock.forward(2)
  }
  const kept = await Promise.all(handles.map((handle) => vault.withdraw(handle, alice, ISSUER)))
  expect(kept.map((credential) => credential?.reveal())).toEqual(['first', 'second', 'third'])
})

it('ends the oldest credential when one more comes in than it keeps', async () => {
  const clock = handClock()
  const vault = memoryVault({ now: clock.now, most: 2 })
  const deposit = (text: string) =>
    vault.deposit({
      credential: new Credential(text),
      owner: alice,
      destinations: [ISSUER],
      expiresAt: START + 300,
    })
  const handles = [await deposit('first'), await deposit('second'), await deposit('third')]
  const kept = await Promise.all(handles.map((handle) => vault.withdraw(handle, alice, ISSUER)))
  expect(kept.map((credential) => credential?.reveal())).toEqual([undefined, 'second', 'third'])
})
