// Stands in the bundle for what nothing in it uses: the JSON Schema validator of the MCP SDK, 130 KB, for questions to users
// that our server never asks.
export default function absent(): never {
  throw new Error('This part was left out of the bundle.')
}
