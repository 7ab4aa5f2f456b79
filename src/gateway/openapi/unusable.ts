// Why an operation is no tool, or a call no request. What throws these catches them: they never leave
// this folder.

/** What cannot be used. The message names the part of the document or the argument, and no value. */
export class Unusable extends Error {
  override readonly name = 'Unusable'
}
