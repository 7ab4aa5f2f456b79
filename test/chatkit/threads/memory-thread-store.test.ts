import { describe } from 'vitest'
import { memoryThreadStore } from '../../../src/chatkit/index.ts'
import { threadStoreContract } from './thread-store-contract.ts'

describe('the thread store in memory', () => threadStoreContract(memoryThreadStore))
