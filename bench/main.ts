// `npm run bench -- NAME [--json] [--python]` prints named ratios. Each compares two things that it measures
// in turns in the same run, so that a change in the speed of the machine affects both.

import { parseArgs } from 'node:util'
import { chain } from './chain.ts'
import { chat } from './chat.ts'
import { component } from './component.ts'
import { fetchCost } from './fetch.ts'
import { gatewayCost } from './gateway.ts'
import { type PeopleOptions, people } from './people.ts'
import { redact } from './redact.ts'

const benches: Readonly<
  Record<
    string,
    (
      report: (line: string) => void,
      options: PeopleOptions,
    ) => Promise<Readonly<Record<string, unknown>>>
  >
> = {
  chain,
  chat,
  component,
  fetch: fetchCost,
  gateway: gatewayCost,
  people,
  redact,
}

const HELP = `npm run bench -- NAME [--json] [--python]

  chain    a chat turn with one tool call in our own code, against one round trip of the MCP SDK
  chat     the ChatKit server against node:http, node:sqlite and Node itself
  component an answer in a conversation of 1,000 items against the same in an empty one, in the browser
  fetch    what the fetch adds to one call, for each placement, and what redaction costs
  gateway  what the gateway costs a call, with everything on and with parts of it off
  people   hundreds of people who read resumable answers at once, on SQLite and PostgreSQL
  redact   redaction alone, against JSON.parse

  --python people: also installs the official Python server, for now, and prints what each server needs
  --json   one JSON object of ratios on standard output; what was measured goes to standard error`

function readArguments() {
  try {
    return parseArgs({
      options: {
        json: { type: 'boolean' },
        python: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    })
  } catch (error) {
    console.error(
      `${error instanceof Error ? error.message : 'The arguments cannot be read'}\n\n${HELP}`,
    )
    return process.exit(2)
  }
}

const { values, positionals } = readArguments()
const [name = ''] = positionals
const bench = benches[name]
if (values.help || !bench) {
  if (values.help) console.log(HELP)
  else console.error(HELP)
  process.exit(values.help ? 0 : 2)
}

const ratios = await bench((line) => console.error(line), { python: values.python === true })
if (values.json) console.log(JSON.stringify(ratios))
else
  for (const [key, value] of Object.entries(ratios))
    console.log(`${key}: ${typeof value === 'object' ? JSON.stringify(value) : value}`)
process.exit(0)
