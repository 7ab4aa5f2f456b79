// The run store in memory.

import { memoryRunStore } from '../../../src/chatkit/index.ts'
import { runStoreContract } from './run-store-contract.ts'

runStoreContract(memoryRunStore)
