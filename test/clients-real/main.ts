// Real MCP clients that others wrote, and the official SDKs, at the gateway of TaskFlow: `npm run
// test:clients`. They are given its address alone: they find who signs people in, register, and send a
// browser. It installs them into .data/clients (or ONBEHALF_CLIENTS), and says what could not be had.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createLog } from 'onbehalf/log'
import { freePorts } from '../../examples/taskflow/listen.ts'
import { startTaskflow } from '../../examples/taskflow/taskflow.ts'
import { PORTS } from '../../examples/taskflow/urls.ts'
import { type Package, packageFolder } from '../frameworks/servers/packages.ts'
import { NotAvailable, say, Tally } from '../issuers-real/tally.ts'
import { CLIENTS } from './clients.ts'

const cache = resolve(process.env.ONBEHALF_CLIENTS ?? '.data/clients')
mkdirSync(cache, { recursive: true })
const dataDir = mkdtempSync(join(tmpdir(), 'onbehalf-clients-'))
const taskflow = await startTaskflow({
  port: await freePorts(PORTS),
  dataDir,
  log: createLog({ destination: { write() {} } }),
  env: {},
})
const wanted = process.argv.slice(2)
const tally = new Tally()
let isMissing = false
try {
  for (const client of CLIENTS) {
    if (wanted.length > 0 && !wanted.some((word) => client.name.includes(word))) continue
    const folder = await folderOf(client.package)
    if (folder === undefined) continue
    for (const as of ['alice', 'bob'])
      await tally.step(`${client.name}, as ${as}`, () =>
        client.tools({
          url: taskflow.urls.gateway,
          as,
          folder,
          home: join(dataDir, client.name, as),
        }),
      )
  }
} finally {
  await taskflow.close()
  rmSync(dataDir, { recursive: true, force: true })
}
say(tally.summary())
process.exit(tally.failed > 0 || tally.passed === 0 || isMissing ? 1 : 0)

async function folderOf(wanted: Package | undefined): Promise<string | undefined> {
  if (!wanted) return ''
  try {
    return await packageFolder(cache, wanted)
  } catch (error) {
    if (!(error instanceof NotAvailable)) throw error
    say(`not tried: ${error.message}`)
    isMissing = true
    return undefined
  }
}
