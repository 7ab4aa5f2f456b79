import { memoryConsentStore } from '../../../src/core/vault/memory-consent-store.ts'
import { consentStoreContract } from './consent-store-contract.ts'

consentStoreContract('memory', () => {
  const store = memoryConsentStore()
  return { stores: [store, store] }
})
