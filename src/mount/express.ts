// onbehalf/express: the door, the metadata and any handler of web requests in Express.

export { at, handle, type NodeListener, toNodeListener as serve, type WebHandler } from './node.ts'
