// The store of consents in SQLite: the contract over two connections.

import { sqliteConsentStore } from '../../../src/store/index.ts'
import { consentStoreContract } from '../../core/vault/consent-store-contract.ts'
import { ground } from '../ground.ts'

consentStoreContract('SQLite', () => {
  const made = ground()
  return {
    stores: [sqliteConsentStore(made.open()), sqliteConsentStore(made.open())],
    close: () => made.close(),
  }
})
