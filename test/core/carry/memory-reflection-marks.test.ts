// The reference reflection marks against the contract.
import { memoryReflectionMarks } from '../../../src/core/carry/memory-reflection-marks.ts'
import { reflectionMarksContract } from './reflection-marks-contract.ts'

reflectionMarksContract('memory', () => {
  const marks = memoryReflectionMarks()
  return { stores: [marks, marks] }
})
