// A process that counts up one record by compare-and-set, as others do at the same time.

import { fileMasterKeys, openSqlite, sqliteSecretStore } from '../../../src/store/index.ts'
import { connection } from '../../core/vault/secret-store-contract.ts'

const [path = '', keyring = '', steps = ''] = process.argv.slice(2)
const store = sqliteSecretStore(openSqlite(path), fileMasterKeys(keyring))

for (let done = 0; done < Number(steps); ) {
  const record = await store.read(connection())
  if (!record) throw new Error('the record is gone')
  const next = {
    ...record,
    version: record.version + 1,
    facts: { count: Number(record.facts.count) + 1 },
  }
  if (await store.write(next)) done++
}
