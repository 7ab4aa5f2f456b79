// Goal G9: measures the redaction of a tool result of one megabyte with 100 live secrets, and with
// 10,000 that are remembered, compared with `JSON.parse` of the same text. The text first has none
// of the secrets, and then one.

import { createHash } from 'node:crypto'
import { Credential } from 'onbehalf'
import { secretSet } from '../src/mcp/redact/secret-set.ts'
import { cpuMicros } from './cpu.ts'

const SECRETS = 100
const REMEMBERED = 10_000
const CHARACTERS = 1_000_000
const RUNS = 100
/**
 * The scans in one run. A single scan is very short, so the garbage collection of the run before
 * would take most of its time.
 */
const SCANS = 10

/**
 * Measures and gives, as parts of `JSON.parse`: `redactVsJsonParse`, a text of which whole secrets
 * are taken out in every form; `redact10000VsJsonParse`, the same with 10,000 secrets;
 * `redactValueVsJsonParse` and `redactValue10000VsJsonParse`, the value, of which pieces and what
 * is encoded in any way are taken out too; and `kilobytesPerSecret`.
 */
export async function redact(
  report: (line: string) => void,
): Promise<Readonly<Record<string, number>>> {
  const before = memory()
  const few = redactorFor(SECRETS)
  const many = redactorFor(REMEMBERED)
  const kilobytesPerSecret = (memory() - before) / (SECRETS + REMEMBERED) / 1024
  const clean = toolResult()
  const echo = toolResult(secretText(0))
  const value: unknown = JSON.parse(clean)
  for (const redactor of [few, many]) {
    const hits = [redactor.text(clean), redactor.text(echo), redactor.json(value)]
    if (hits.map((one) => one.hits).join() !== '0,2,0')
      throw new Error('The redactor found what is not there, or did not find what is')
  }
  const scan = (redactor: typeof few, text: string) => {
    for (let left = SCANS; left > 0; left--) redactor.text(text)
  }
  const micros = await cpuMicros(
    {
      parse: async () => JSON.parse(clean),
      none: async () => scan(few, clean),
      one: async () => scan(few, echo),
      manyNone: async () => scan(many, clean),
      manyOne: async () => scan(many, echo),
      json: async () => few.json(value),
      manyJson: async () => many.json(value),
    },
    { runs: RUNS },
  )
  const ratio = (name: string, times = 1) =>
    (micros[name] ?? Number.NaN) / times / (micros.parse ?? Number.NaN)
  report(`JSON.parse of ${clean.length} characters       ${micros.parse?.toFixed(0)} µs CPU`)
  report(`none of ${SECRETS} secrets in it              ${percent(ratio('none', SCANS))}`)
  report(`one in it                             ${percent(ratio('one', SCANS))}`)
  report(`none of ${REMEMBERED} secrets in it            ${percent(ratio('manyNone', SCANS))}`)
  report(`one in it                             ${percent(ratio('manyOne', SCANS))}`)
  report(`value, pieces, encodings, ${SECRETS} secrets  ${percent(ratio('json'))}`)
  report(`the same, ${REMEMBERED} secrets                ${percent(ratio('manyJson'))}`)
  report(`memory of a secret that is known      ${kilobytesPerSecret.toFixed(1)} kB`)
  return {
    redactVsJsonParse: rounded(Math.max(ratio('none', SCANS), ratio('one', SCANS))),
    redact10000VsJsonParse: rounded(Math.max(ratio('manyNone', SCANS), ratio('manyOne', SCANS))),
    redactValueVsJsonParse: rounded(ratio('json')),
    redactValue10000VsJsonParse: rounded(ratio('manyJson')),
    kilobytesPerSecret: rounded(kilobytesPerSecret),
  }
}

/** A redactor that knows so many secrets, half of them JWTs. */
function redactorFor(count: number) {
  const set = secretSet()
  for (let index = 0; index < count; index++) set.add(new Credential(secretText(index)))
  return set.redactor()
}

function secretText(index: number): string {
  return index % 2 === 0 ? accessToken(index) : random(`opaque ${index}`, 43)
}

/** Bytes in use. */
function memory(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function rounded(ratio: number): number {
  return Math.round(ratio * 1000) / 1000
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`
}

/**
 * Makes a list of tasks, as text and as structured content. A tool answers like this since the
 * revision 2025-06-18.
 */
function toolResult(echoed = ''): string {
  const tasks: object[] = []
  for (let length = 0; length < CHARACTERS / 2; ) {
    const id = tasks.length
    const task = {
      id: `task-${id}`,
      title: `Prepare the quarterly report for customer ${id % 97}`,
      notes: `They asked for "numbers" of the last quarter, and a short comparison\nwith the one before.${id === 500 ? echoed : ''}`,
      done: id % 3 === 0,
      priority: id % 5,
      due: `2026-12-${String((id % 28) + 1).padStart(2, '0')}T09:00:00Z`,
      assignee: { name: 'Alice', email: 'alice@example.com' },
      url: `https://tasks.example/api/tasks/${id}?view=full&sort=due%20date`,
      etag: random(`etag ${id}`, 27),
    }
    tasks.push(task)
    length += JSON.stringify(task).length + 20
  }
  const content = [{ type: 'text', text: JSON.stringify(tasks) }]
  return JSON.stringify({
    jsonrpc: '2.0',
    id: 7,
    result: { resultType: 'complete', content, structuredContent: { tasks } },
  })
}

function accessToken(index: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = {
    iss: 'https://issuer.example',
    sub: `person-${index}`,
    aud: 'https://tasks.example/api',
    client_id: 'taskflow-chat',
    scope: 'tasks:read tasks:write',
    jti: random(`id ${index}`, 21),
    exp: 1_800_000_000 + index,
  }
  return `${part({ alg: 'ES256', kid: 'a1b2c3d4', typ: 'at+jwt' })}.${part(claims)}.${random(`signature ${index}`, 86)}`
}

/** Makes characters that look random and are the same in every run. */
function random(seed: string, length: number): string {
  return createHash('shake256', { outputLength: length })
    .update(seed)
    .digest('base64url')
    .slice(0, length)
}
