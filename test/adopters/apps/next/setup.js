import { openSqlite } from 'onbehalf/store'
import { createApp } from './app.mjs'

// A SQLite user must be able to build without `pg`.
openSqlite(':memory:').close()
export const { onbehalf, answer } = createApp(process.env)
