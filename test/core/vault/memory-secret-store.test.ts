// The reference secret store against the contract.
import { memorySecretStore } from '../../../src/core/vault/memory-secret-store.ts'
import { secretStoreContract } from './secret-store-contract.ts'

secretStoreContract('memory', () => {
  const store = memorySecretStore()
  return { stores: [store, store] }
})
