// The contract of every vault. An implementation's test calls this with a factory; it holds no test
// of one implementation.

import { beforeEach, describe, expect, it } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import type { Principal } from '../../../src/core/principal.ts'
import type { Deposit, Handle, Vault } from '../../../src/core/vault/vault.ts'
import { alice, bob, handClock, ISSUER, MCP, START } from '../parts.ts'

/** What a factory gives: the vault, and how to count the entries that it holds, expired or not. */
export interface VaultUnderTest {
  readonly vault: Vault
  /**
   * Entries kept, for the test that expired ones do not accumulate; undefined when the
   * implementation cannot be looked into.
   */
  readonly size?: () => number | Promise<number>
  /** How many deposits the long tests may make, where each takes its time. Default 10,000. */
  readonly deposits?: number
  readonly close?: () => void | Promise<void>
}

const DEPOSITS = 10_000

/**
 * Runs the contract.
 *
 * @param make Makes an empty vault whose clock is the one given, in milliseconds.
 */
export function vaultContract(
  name: string,
  make: (now: () => number) => VaultUnderTest | Promise<VaultUnderTest>,
): void {
  describe(`${name} as a vault`, () => {
    let clock: ReturnType<typeof handClock>
    let made: VaultUnderTest
    let vault: Vault
    beforeEach(async () => {
      clock = handClock()
      made = await make(clock.now)
      vault = made.vault
      return made.close
    })

    function deposit(changes: Partial<Deposit> = {}): Promise<Handle> {
      return vault.deposit({
        credential: new Credential('secret-of-alice'),
        owner: alice,
        destinations: [ISSUER],
        expiresAt: START + 300,
        ...changes,
      })
    }

    async function reveal(
      handle: Handle,
      owner: Principal,
      destination: string,
    ): Promise<string | undefined> {
      return (await vault.withdraw(handle, owner, destination))?.reveal()
    }

    it('gives the credential to its owner for its destination, as often as asked', async () => {
      const handle = await deposit()
      expect(await reveal(handle, alice, ISSUER)).toBe('secret-of-alice')
      expect(await reveal(handle, alice, ISSUER)).toBe('secret-of-alice')
    })

    it('gives the same to another client of the owner, which is no part of the identity', async () => {
      const handle = await deposit()
      expect(
        await reveal(handle, { ...alice, client: 'cli', actor: { subject: 'agent' } }, ISSUER),
      ).toBe('secret-of-alice')
    })

    it.each<[string, Principal]>([
      ['another subject', bob],
      ['the same subject of another issuer', { ...alice, issuer: 'https://login.evil.example' }],
      ['the same subject of an issuer that differs in a slash', { ...alice, issuer: `${ISSUER}/` }],
      ['the same subject of a tenant', { ...alice, tenant: 'acme' }],
      ['a subject that differs in case', { ...alice, subject: 'Alice' }],
      ['a subject with a wildcard', { ...alice, subject: '%' }],
      ['an empty subject', { ...alice, subject: '' }],
    ])('gives nothing to %s', async (_, owner) => {
      const handle = await deposit()
      expect(await vault.withdraw(handle, owner, ISSUER)).toBeUndefined()
      expect(await reveal(handle, alice, ISSUER)).toBe('secret-of-alice')
    })

    it('keeps the tenants of one issuer apart', async () => {
      const handle = await deposit({ owner: { ...alice, tenant: 'acme' } })
      expect(await vault.withdraw(handle, alice, ISSUER)).toBeUndefined()
      expect(await vault.withdraw(handle, { ...alice, tenant: 'other' }, ISSUER)).toBeUndefined()
      expect(await reveal(handle, { ...alice, tenant: 'acme' }, ISSUER)).toBe('secret-of-alice')
    })

    it.each([MCP, `${ISSUER}/`, ISSUER.toUpperCase(), '', 'https://login.example.evil', '%'])(
      'gives nothing for the destination %j, which it was not deposited for',
      async (destination) => {
        expect(await vault.withdraw(await deposit(), alice, destination)).toBeUndefined()
      },
    )

    it('gives it for each of several destinations, and for none when there is none', async () => {
      const several = await deposit({ destinations: [ISSUER, MCP] })
      expect([await reveal(several, alice, ISSUER), await reveal(several, alice, MCP)]).toEqual([
        'secret-of-alice',
        'secret-of-alice',
      ])
      expect(
        await vault.withdraw(await deposit({ destinations: [] }), alice, ISSUER),
      ).toBeUndefined()
    })

    it('does not let the depositor add a destination afterwards', async () => {
      const destinations = [ISSUER]
      const handle = await deposit({ destinations })
      destinations.push(MCP)
      expect(await vault.withdraw(handle, alice, MCP)).toBeUndefined()
    })

    it('gives nothing for a handle that it did not make', async () => {
      const handle = await deposit()
      for (const wrong of [
        '',
        'x',
        handle.slice(1),
        `${handle}A`,
        handle.toUpperCase(),
        '__proto__',
        'constructor',
        `${handle}\0`,
      ]) {
        expect(await vault.withdraw(wrong as Handle, alice, ISSUER)).toBeUndefined()
      }
    })

    it('gives it until it expires, and nothing from then on', async () => {
      const handle = await deposit({ expiresAt: START + 10 })
      clock.forward(9)
      expect(await reveal(handle, alice, ISSUER)).toBe('secret-of-alice')
      clock.forward(1)
      expect(await vault.withdraw(handle, alice, ISSUER)).toBeUndefined()
      clock.forward(-5)
      expect(await vault.withdraw(handle, alice, ISSUER)).toBeUndefined()
    })

    it.each([Number.NaN, START - 1, START, 0])(
      'gives nothing that was deposited with the expiry %d',
      async (expiresAt) => {
        expect(await vault.withdraw(await deposit({ expiresAt }), alice, ISSUER)).toBeUndefined()
      },
    )

    it('forgets what its owner discards, and nothing else of the owner', async () => {
      const [first, second] = [await deposit(), await deposit()]
      await vault.discard(first, alice)
      expect(await vault.withdraw(first, alice, ISSUER)).toBeUndefined()
      expect(await reveal(second, alice, ISSUER)).toBe('secret-of-alice')
    })

    it('leaves alone what somebody else discards, and a handle that it does not know', async () => {
      const handle = await deposit()
      await vault.discard(handle, bob)
      await vault.discard(handle, { ...alice, issuer: 'https://login.evil.example' })
      await vault.discard('unknown' as Handle, alice)
      expect(await reveal(handle, alice, ISSUER)).toBe('secret-of-alice')
    })

    it('makes handles of 256 random bits, each once, that say nothing of the credential or its owner', async () => {
      const count = Math.min(2000, made.deposits ?? DEPOSITS)
      const handles = await Promise.all(Array.from({ length: count }, () => deposit()))
      expect(new Set(handles).size).toBe(count)
      // Half of the bits of hundreds of random handles are set, within 1 percent.
      const bytes = handles.map((handle) => Buffer.from(handle, 'base64url'))
      expect(new Set(bytes.map((one) => one.length))).toEqual(new Set([32]))
      const set = bytes
        .flatMap((one) => [...one])
        .reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)
      expect(set / (count * 256)).toBeGreaterThan(0.49)
      expect(set / (count * 256)).toBeLessThan(0.51)
      expect(handles.join('')).not.toMatch(/secret|alice/)
    })

    it('keeps two people apart over many deposits', async () => {
      const owners = [alice, bob]
      const kept = await Promise.all(
        Array.from({ length: Math.min(500, made.deposits ?? DEPOSITS) }, async (_, index) => {
          const owner = owners[index % 2] ?? alice
          const text = `secret-${owner.subject}-${index}`
          return { owner, text, handle: await deposit({ owner, credential: new Credential(text) }) }
        }),
      )
      for (const { owner, text, handle } of kept) {
        expect(await reveal(handle, owner, ISSUER)).toBe(text)
        expect(await vault.withdraw(handle, owner === alice ? bob : alice, ISSUER)).toBeUndefined()
      }
    })

    it('does not accumulate expired credentials', async () => {
      for (let index = 0; index < (made.deposits ?? DEPOSITS); index++) {
        await deposit({ expiresAt: clock.now() / 1000 + 5 })
        clock.forward(1)
      }
      if (made.size) expect(await made.size()).toBeLessThan(20)
    })
  })
}
