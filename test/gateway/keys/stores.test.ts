// Access keys in memory and in SQLite: the contract over two instances. That over PostgreSQL is with the
// other tests of its sealed records.

import { memoryConsentStore } from '../../../src/core/vault/memory-consent-store.ts'
import { memorySecretStore } from '../../../src/core/vault/memory-secret-store.ts'
import { sqliteConsentStore, sqliteSecretStore } from '../../../src/store/index.ts'
import { groundForTest } from '../../store/ground.ts'
import { accessKeysContract } from './access-keys-contract.ts'

accessKeysContract('memory', async () => {
  const stores = { secrets: memorySecretStore(), consents: memoryConsentStore() }
  return [stores, stores]
})

accessKeysContract('SQLite', async () => {
  const made = groundForTest()
  const instance = () => {
    const database = made.open()
    return {
      secrets: sqliteSecretStore(database, made.masterKeys),
      consents: sqliteConsentStore(database),
    }
  }
  return [instance(), instance()]
})
