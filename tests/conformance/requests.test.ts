// What clients send: the files against the schemas, and the refusals against the endpoints that stand behind them.
import type { Endpoint } from '../../functions/adapter/endpoint.ts'
import { parseInput, parseJsonObject } from '../../shared/protocol/parse.ts'
import { loadEndpoints } from '../support/endpoints.ts'
import { thrownBy } from '../support/thrown.ts'
import { type Example, readExamples } from './files.ts'
import { SCHEMAS } from './schemas.ts'
import { ada, seededApp } from './seeded.ts'

const valid = readExamples('valid').filter(({ file }) => file.startsWith('request.'))
const invalid = readExamples('invalid')
const endpoints: Endpoint[] = await loadEndpoints()

const read = ({ schema, value }: Example): unknown =>
  schema === 'json' ? parseJsonObject(String(value)) : parseInput(SCHEMAS[schema!]!, value)

test('every endpoint has its request among the files', () => {
  const shown = new Set(valid.map(({ schema }) => schema))
  expect(endpoints.length).toBeGreaterThan(20)
  expect(endpoints.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([])
})

test('every file names a schema, and is named after it', () => {
  const known = [...Object.keys(SCHEMAS), 'json']
  const lost = [...valid, ...invalid].filter(
    ({ file, schema }) => !known.includes(schema!) || !file.replace('request.', '').startsWith(`${schema}.`),
  )
  expect(lost).toEqual([])
})

test.each(valid)('$file: $name', (example) => {
  expect(read(example)).toEqual('expect' in example ? example.expect : example.value)
})

test.each(invalid)('$file: $name', async (example) => {
  const { code, path } = example.expect as { code: string; path: string }
  const error = await thrownBy(() => read(example))
  expect(error.code).toBe(code)
  expect(error.errors?.map((fault) => fault.path) ?? ['']).toContain(path)
  const endpoint = endpoints.find(({ name }) => name === example.schema)
  if (!endpoint) return
  const app = await seededApp()
  const refusal = await thrownBy(() => endpoint.handle(app, ada, example.value))
  expect({ code: refusal.code, errors: refusal.errors }).toEqual({ code: error.code, errors: error.errors })
})
