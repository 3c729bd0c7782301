// Replies in JSON, by the official SDKs of both protocols.
import { GoogleGenerativeAI, SchemaType } from '@google/generative-ai'
import { OpenAI } from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import * as z from 'zod'
import { startAi } from '../server.ts'

const ask = (content: string) => [{ role: 'user' as const, content }]
const Step = z.object({ explanation: z.string(), output: z.string() })
const Solution = z.object({
  steps: z.array(Step),
  answer: z.number(),
  rounded: z.int(),
  sure: z.boolean(),
  unit: z.enum(['euro', 'dollar']),
  note: z.string().nullable(),
})

test('OpenAI: a reply after a schema, whole and streamed', async () => {
  await using ai = await startAi()
  const client = new OpenAI({ apiKey: 'k', baseURL: `${ai.url}/v1` })
  const request = {
    model: 'gpt-4o',
    messages: ask('Solve "8x = -2.5"'),
    response_format: zodResponseFormat(Solution, 'solution'),
  }
  const expected = {
    steps: [{ explanation: '8x = -2.5', output: '8x = -2.5' }],
    answer: 8,
    rounded: 8,
    sure: true,
    unit: 'euro',
    note: '8x = -2.5',
  }
  const whole = await client.chat.completions.parse(request)
  expect(whole.choices[0]?.message.parsed).toEqual(expected)
  const stream = client.chat.completions.stream(request)
  expect((await stream.finalChatCompletion()).choices[0]?.message.parsed).toEqual(expected)
})

test('OpenAI: a schema that refers to itself comes to an end', async () => {
  await using ai = await startAi()
  const client = new OpenAI({ apiKey: 'k', baseURL: `${ai.url}/v1` })
  const node = {
    type: 'object',
    properties: {
      children: { type: 'array', items: { $ref: '#/$defs/node' } },
      next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
    },
  }
  const schema = { $ref: '#/$defs/node', $defs: { node } }
  const { choices } = await client.chat.completions.create({
    model: 'gpt-4o',
    messages: ask('a tree'),
    response_format: { type: 'json_schema', json_schema: { name: 'tree', schema } },
  })
  const tree = JSON.parse(choices[0]!.message.content!)
  expect(Object.keys(tree)).toEqual(['children', 'next'])
  expect(tree.next.next.children).toEqual([])
})

test('OpenAI: any JSON, where the messages say that it is wanted', async () => {
  await using ai = await startAi()
  const client = new OpenAI({ apiKey: 'k', baseURL: `${ai.url}/v1` })
  const { choices } = await client.chat.completions.create({
    model: 'gpt-4o',
    messages: [{ role: 'system', content: 'Answer in JSON.' }, ...ask('2 + 3')],
    response_format: { type: 'json_object' },
  })
  expect(choices[0]?.message.content).toBe('{"reply":"2 + 3 = 5"}')
})

test('Gemini: a reply after a schema, and any JSON', async () => {
  await using ai = await startAi()
  const reply = async (generationConfig: object): Promise<string> => {
    const model = new GoogleGenerativeAI('k').getGenerativeModel(
      {
        model: 'gemini-2.5-flash',
        generationConfig: { responseMimeType: 'application/json', ...generationConfig },
      },
      { baseUrl: ai.url },
    )
    return (await model.generateContent('2 + 3')).response.text()
  }
  const recipe = {
    type: SchemaType.OBJECT,
    properties: { recipe_name: { type: SchemaType.STRING }, minutes: { type: SchemaType.INTEGER } },
  }
  expect(await reply({ responseSchema: { type: SchemaType.ARRAY, items: recipe } })).toBe(
    '[{"recipe_name":"2 + 3","minutes":2}]',
  )
  expect(await reply({})).toBe('{"reply":"2 + 3 = 5"}')
})
