// The store of sign-ins in SQLite: the contract over two connections.

import { sqliteSignInStore } from '../../../src/store/index.ts'
import { signInStoreContract } from '../../core/vault/sign-in-store-contract.ts'
import { ground } from '../ground.ts'

signInStoreContract('SQLite', () => {
  const made = ground()
  return {
    stores: [sqliteSignInStore(made.open()), sqliteSignInStore(made.open())],
    close: () => made.close(),
  }
})
