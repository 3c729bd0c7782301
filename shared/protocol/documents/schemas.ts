// Zod schemas as JSON Schema: those with a name become components of the document, and are referred to.
import * as z from 'zod'
import { whole } from '../requests/fields.ts'

export type JsonSchema = Record<string, unknown>

export interface Components {
  schemas: Record<string, JsonSchema>
  /** What a client sends: unknown fields are refused. */
  input(schema: z.ZodType): JsonSchema
  /** What the server says: a client ignores fields that it does not know, so they are not ruled out. */
  output(schema: z.ZodType): JsonSchema
}

/** Collects the schemas of one document. OpenAPI 3.1 speaks draft 2020-12, AsyncAPI 3.0 speaks draft 7. */
export function createComponents(target: 'draft-2020-12' | 'draft-7'): Components {
  const schemas: Record<string, JsonSchema> = {}

  function convert(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    // A named schema is not referred to where it is the root, so the root is a box around it.
    const box = z.toJSONSchema(z.object({ it: schema }), {
      target,
      io,
      unrepresentable: 'any',
      override({ zodSchema, jsonSchema }) {
        if (io === 'output' && jsonSchema.additionalProperties === false)
          delete jsonSchema.additionalProperties
        if (zodSchema === whole) Object.assign(jsonSchema, { type: 'integer', anyOf: undefined })
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
        delete jsonSchema.id
      },
    })
    const { properties, $defs, definitions } = toPlain(box) as {
      properties: { it: JsonSchema }
      $defs?: Record<string, JsonSchema>
      definitions?: Record<string, JsonSchema>
    }
    Object.assign(schemas, $defs, definitions)
    return properties.it
  }

  return {
    schemas,
    input: (schema) => convert(schema, 'input'),
    output: (schema) => convert(schema, 'output'),
  }
}

/** A copy whose references lead to the document's components. */
const toPlain = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema).replaceAll(/"#\/(?:\$defs|definitions)\//g, '"#/components/schemas/'))
