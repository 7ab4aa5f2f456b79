// `npm run bench -- NAME [--json]`: named ratios, each of two things measured in turn in this one run, so that the machine's drift cancels out.

import { parseArgs } from 'node:util'
import { chain } from './chain.ts'
import { fetchCost } from './fetch.ts'
import { redact } from './redact.ts'

const benches: Readonly<Record<string, (report: (line: string) => void) => Promise<Readonly<Record<string, unknown>>>>> = {
  chain,
  fetch: fetchCost,
  redact,
}

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  allowPositionals: true,
})
const [name = ''] = positionals
const bench = benches[name]
if (values.help || !bench) {
  const text = `npm run bench -- NAME [--json]\n\nNAME is one of: ${Object.keys(benches).join(', ')}`
  if (values.help) console.log(text)
  else console.error(text)
  process.exit(values.help ? 0 : 2)
}

const ratios = await bench((line) => console.error(line))
if (values.json) console.log(JSON.stringify(ratios))
else
  for (const [key, value] of Object.entries(ratios))
    console.log(`${key}: ${typeof value === 'object' ? JSON.stringify(value) : value}`)
process.exit(0)
