// A tool's name in words for people. Pure.

/** The name for people: `taskflow_add_task` of the server `taskflow` becomes "Add task". */
export function toolTitle(name: string, server?: string): string {
  const own =
    server !== undefined && name.toLowerCase().startsWith(`${server.toLowerCase()}_`)
      ? name.slice(server.length + 1)
      : name
  const words = own
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_\-.\s]+/g, ' ')
    .trim()
    .toLowerCase()
  return words === '' ? name : words.slice(0, 1).toUpperCase() + words.slice(1)
}
