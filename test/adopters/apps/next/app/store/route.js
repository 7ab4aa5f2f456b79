import { openSqlite } from 'onbehalf/store'

// A SQLite user must be able to build without `pg`.
export function GET() {
  openSqlite(':memory:').close()
  return new Response('closed')
}
