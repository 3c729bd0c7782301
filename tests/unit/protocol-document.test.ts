// docs/protocol.md against the code: what it says is served is served, and the other way round.
import { readFileSync } from 'node:fs'
import { ERRORS } from '../../shared/domain/error.ts'
import { loadEndpoints } from '../support/endpoints.ts'

const text = readFileSync('docs/protocol.md', 'utf8')
/** The cells of every table row. */
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
const endpoints = await loadEndpoints()

test('the endpoints marked as served are those of the app, with method, route, command and openness', () => {
  const served = rows.filter(
    ([mark, route]) => mark?.startsWith('✓') && /^(–|`[A-Z]+ \/.*`)$/.test(route ?? ''),
  )
  const registered = endpoints.map(({ name, method, route, command, open }) => [
    open ? '✓ open' : '✓',
    route === undefined ? '–' : `\`${method} /${route}\``,
    command ? `\`${name}\`` : '–',
  ])
  expect(registered.length).toBeGreaterThan(20)
  expect(served.map((cells) => cells.slice(0, 3).join(' ')).sort()).toEqual(
    registered.map((cells) => cells.join(' ')).sort(),
  )
})

test('the table of errors is the table of the code', () => {
  const described = rows
    .filter((cells) => cells.length === 4 && /^\d{3}$/.test(cells[1]!))
    .map(([code, status, retry]) => [code, status, retry])
  const known = Object.entries(ERRORS).map(([code, { status, retry }]) => [
    `\`${code}\``,
    String(status),
    `\`${retry}\``,
  ])
  expect(described).toEqual(known)
})

test('every JSON example parses', () => {
  const examples = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => json!)
  expect(examples.length).toBeGreaterThan(8)
  const broken = examples.filter((json) => {
    try {
      return typeof JSON.parse(json) !== 'object'
    } catch {
      return true
    }
  })
  expect(broken).toEqual([])
})

test('every link within the document leads somewhere', () => {
  const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, title]) =>
    title!.toLowerCase().replaceAll(' ', '-'),
  )
  const links = [...text.matchAll(/\]\(#([\w-]+)\)/g)].map(([, target]) => target!)
  expect(links.length).toBeGreaterThan(10)
  expect(links.filter((target) => !headings.includes(target))).toEqual([])
})
