// An instance of an app in a process of its own: it admits one request by the cookie that it is given,
// and is killed meanwhile. Arguments: database, keyring, issuer, audience, cookie, time in ms.

import { createOnBehalf } from 'onbehalf'
import { oidc } from 'onbehalf/issuers'
import { serverSession } from 'onbehalf/session'
import { fileMasterKeys, openSqlite, sqliteSecretStore, sqliteSignInStore } from 'onbehalf/store'

const [path = '', keyring = '', url = '', resource = '', cookie = '', time] = process.argv.slice(2)
const database = openSqlite(path)
const now = () => Number(time)
const issuer = oidc({ issuer: url, audience: resource, now })
const audit = { record: () => {} }
const session = serverSession({
  issuer,
  clientId: 'app',
  origin: new URL(resource).origin,
  store: sqliteSignInStore(database),
  secrets: sqliteSecretStore(database, fileMasterKeys(keyring)),
  audit,
  now,
})
const onbehalf = createOnBehalf({ issuer, resource, session, servers: {}, audit, now })
await onbehalf.admit(new Request(resource, { headers: { cookie } }))
