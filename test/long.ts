// Says whether the tests run for long: `npm run test:long` runs every file that imports this one
// with more cases or more bytes than `npm test` does.

/** True in `npm run test:long`. */
export const LONG: boolean = process.env.ONBEHALF_LONG === '1'
