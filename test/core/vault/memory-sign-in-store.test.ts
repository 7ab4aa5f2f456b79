// The reference store of sign-ins against the contract.
import { memorySignInStore } from '../../../src/core/vault/memory-sign-in-store.ts'
import { signInStoreContract } from './sign-in-store-contract.ts'

signInStoreContract('memory', () => {
  const store = memorySignInStore()
  return { stores: [store, store] }
})
