// A stdio server whose process onbehalf starts.

import { Client } from '@modelcontextprotocol/client'
import type { Caller } from 'onbehalf'

export async function connect(caller: Caller) {
  const notion = new Client({ name: 'app', version: '1.0.0' })
  await notion.connect(caller.transport('Notion'))
  return notion
}
