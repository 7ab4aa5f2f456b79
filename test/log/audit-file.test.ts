// The audit in a file: what is not written is not called.

import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AuditEvent, AuditSink } from '../../src/core/audit.ts'
import { auditFile } from '../../src/log/index.ts'
import { gatewayHouse, tokenFor } from '../gateway/house.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onbehalf-audit-'))
  path = join(folder, 'audit.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const EVENT: AuditEvent = { time: 1, hop: 'carry', outcome: 'allowed', trace: 'a'.repeat(32) }

const linesIn = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { readonly audit: AuditEvent }).audit)

/** Asks a gateway with this audit to list the tools of a server. Gives what the server got. */
async function reachedWith(audit: AuditSink): Promise<{ status: number; reached: number }> {
  const house = gatewayHouse({ audit })
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }
  const response = await house.ask('/mcp/Notes', tokenFor('alice'), list)
  await response.text()
  return { status: response.status, reached: house.notes.reached.length }
}

describe('auditFile', () => {
  it('has the next line of whoever was told that the one before is written', async () => {
    const audit = auditFile({ path })
    for (let line = 0; line < 3; line++) await audit.record(EVENT)
    await audit.close()
    expect(linesIn(path)).toHaveLength(3)
  })

  it('has each hop before it is made, in order, one line each', async () => {
    const audit = auditFile({ path, sync: true })
    let before: readonly string[] = []
    const house = gatewayHouse({
      audit,
      async fetch() {
        before = linesIn(path).map(({ hop }) => hop)
        throw new TypeError('fetch failed')
      },
    })
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }
    await (await house.ask('/mcp/Notes', tokenFor('alice'), list)).text()
    expect(before).toEqual(['door', 'exchange', 'carry'])
    expect(readFileSync(path, 'utf8')).not.toContain('canary')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    await audit.close()
  })

  it.each([
    ['the disk is full', '/dev/full'],
    ['its folder is missing', '/proc/onbehalf-missing/audit.jsonl'],
    ['it is a folder', tmpdir()],
  ])('lets nothing through when %s', async (_, at) => {
    expect(await reachedWith(auditFile({ path: at }))).toEqual({ status: 503, reached: 0 })
  })

  it('goes on when the file can be written again', async () => {
    mkdirSync(path)
    const audit = auditFile({ path })
    await expect(audit.record(EVENT)).rejects.toThrow('the audit could not be written')
    rmSync(path, { recursive: true })
    await audit.record(EVENT)
    expect(linesIn(path)).toHaveLength(1)
    await audit.close()
  })

  it('begins a new line after half a one', async () => {
    appendFileSync(path, '{"hop":"carry"}\n{"hop":"ca')
    const audit = auditFile({ path })
    await audit.record(EVENT)
    await audit.close()
    const lines = readFileSync(path, 'utf8').split('\n')
    expect(lines).toHaveLength(4)
    expect(JSON.parse(lines[2] ?? '')).toMatchObject({ audit: { hop: 'carry' } })
  })

  it('keeps every line of many at once, and follows a rotation', async () => {
    const audit = auditFile({ path })
    const record = (operation: number) => audit.record({ ...EVENT, operation: `${operation}` })
    await Promise.all(Array.from({ length: 500 }, (_, index) => record(index)))
    renameSync(path, `${path}.1`)
    await record(500)
    expect(linesIn(`${path}.1`).map(({ operation }) => Number(operation))).toEqual(
      Array.from({ length: 500 }, (_, index) => index),
    )
    expect(linesIn(path)).toHaveLength(1)
    await audit.close()
  })
})
