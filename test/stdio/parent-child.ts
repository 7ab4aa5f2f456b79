// An app that starts a server, which starts a process of its own, prints the numbers of both, and
// ends as it is told or waits to be killed. It holds no test.

import { childProcesses } from '../../src/stdio/index.ts'
import { requestOf, taken } from './parts.ts'

const processes = childProcesses({ log: () => {} })
const { ask } = await taken(processes, requestOf())
const { pid } = await ask('about')
await ask('stay')
console.log(JSON.stringify([pid, (await ask('child')).pid]))
if (process.argv[2] === 'exit') process.exit(0)
if (process.argv[2] === 'throw') throw new Error('The app has a fault')
