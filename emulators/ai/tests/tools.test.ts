// Tools, through both SDKs: calls scripted or chosen, whole and in pieces, and what the model makes of their results.
import { type FunctionDeclaration, GoogleGenerativeAI, type Part } from '@google/generative-ai'
import { OpenAI } from 'openai'
import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions'
import { startAi } from '../server.ts'

const SCHEMA = {
  type: 'object',
  properties: {
    city: { type: 'string' },
    days: { type: 'integer' },
    unit: { enum: ['celsius', 'fahrenheit'] },
    fresh: { type: 'boolean' },
  },
}
const TOOLS: ChatCompletionTool[] = [
  { type: 'function', function: { name: 'get_weather', description: 'The weather.', parameters: SCHEMA } },
  { type: 'function', function: { name: 'roll_dice' } },
]
const ask = (content: string): ChatCompletionMessageParam[] => [{ role: 'user', content }]

const openAiAt = (url: string) => new OpenAI({ apiKey: 'k', baseURL: `${url}/v1`, maxRetries: 0 })
const geminiAt = (url: string, model = 'gemini-2.5-flash') =>
  new GoogleGenerativeAI('k').getGenerativeModel(
    {
      model,
      // The SDK's types know its own dialect of schemas only.
      tools: [
        {
          functionDeclarations: [
            { name: 'get_weather', description: 'The weather.', parametersJsonSchema: SCHEMA },
            { name: 'roll_dice' },
          ] as FunctionDeclaration[],
        },
      ],
    },
    { baseUrl: url },
  )

test('OpenAI: a scripted call, whole, with the text before it', async () => {
  await using ai = await startAi()
  ai.script({
    reply: 'Let me look.',
    toolCalls: [
      { id: 'call_1', name: 'get_weather', arguments: { city: 'Rome' } },
      { id: 'call_2', name: 'roll_dice' },
    ],
  })
  const answer = await openAiAt(ai.url).chat.completions.create({
    model: 'gpt-4o',
    messages: ask('hello'),
    tools: TOOLS,
  })
  expect(answer.choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: {
      content: 'Let me look.',
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Rome"}' } },
        { id: 'call_2', type: 'function', function: { name: 'roll_dice', arguments: '{}' } },
      ],
    },
  })
})

test('OpenAI: a call comes in pieces, its name in the first; arguments need not be sound', async () => {
  await using ai = await startAi()
  ai.script({
    toolCalls: [
      { id: 'call_1', name: 'get_weather', arguments: '{"city":' },
      { id: 'call_2', name: 'roll_dice', arguments: {} },
    ],
    chunkSize: 5,
  })
  const stream = await openAiAt(ai.url).chat.completions.create({
    model: 'gpt-4o',
    messages: ask('hello'),
    tools: TOOLS,
    stream: true,
  })
  const chunks = await Array.fromAsync(stream)
  expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: null, refusal: null })
  expect(chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? [])).toEqual([
    { index: 0, id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"cit' } },
    { index: 0, function: { arguments: 'y":' } },
    { index: 1, id: 'call_2', type: 'function', function: { name: 'roll_dice', arguments: '{}' } },
  ])
  expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls')
})

test('OpenAI: a connection breaks in the middle of a call', async () => {
  await using ai = await startAi()
  ai.script({
    toolCalls: [{ name: 'get_weather', arguments: { city: 'Rome' } }],
    chunkSize: 4,
    breakAfter: 2,
  })
  const stream = await openAiAt(ai.url).chat.completions.create({
    model: 'gpt-4o',
    messages: ask('hello'),
    tools: TOOLS,
    stream: true,
  })
  await expect(Array.fromAsync(stream)).rejects.toThrow('terminated')
  expect(ai.stats()).toMatchObject({ broken: 1 })
})

test('OpenAI: a tool that the text names is called, and its result is told', async () => {
  await using ai = await startAi()
  const client = openAiAt(ai.url)
  const messages = ask('Get weather for "Rome" for 3 days')
  const first = await client.chat.completions.create({ model: 'gpt-4o', messages, tools: TOOLS })
  const called = first.choices[0]!.message
  const [call] = called.tool_calls!
  expect(call).toEqual({
    id: call!.id,
    type: 'function',
    function: { name: 'get_weather', arguments: '{"city":"Rome","days":3,"unit":"celsius","fresh":true}' },
  })
  messages.push(called, { role: 'tool', tool_call_id: call!.id, content: 'Sunny, 21 degrees.' })
  const second = await client.chat.completions.create({ model: 'gpt-4o', messages, tools: TOOLS })
  expect(second.choices[0]).toMatchObject({
    finish_reason: 'stop',
    message: { content: 'get_weather says: Sunny, 21 degrees.' },
  })
  expect(ai.stats().last?.turns.at(-1)).toEqual({
    role: 'tool',
    text: 'Sunny, 21 degrees.',
    attachments: 0,
    results: [{ id: call!.id, name: 'get_weather', content: 'Sunny, 21 degrees.' }],
  })
})

test.each([
  ['none', 'get weather', []],
  ['auto', 'hello', []],
  ['auto', 'get weather', ['get_weather']],
  ['auto', 'What is the weather in Rome?', ['get_weather']],
  ['required', 'hello', ['get_weather']],
  [{ type: 'function', function: { name: 'roll_dice' } }, 'get weather', ['roll_dice']],
] as const)('OpenAI: tool_choice %j for %j calls %j', async (tool_choice, text, names) => {
  await using ai = await startAi()
  const answer = await openAiAt(ai.url).chat.completions.create({
    model: 'gpt-4o',
    messages: ask(text),
    tools: TOOLS,
    tool_choice,
  })
  const calls = answer.choices[0]?.message.tool_calls ?? []
  expect(calls.map((call) => call.type === 'function' && call.function.name)).toEqual(names)
})

test('rules can wait for a tool’s answer, so that a chain of calls can be scripted', async () => {
  await using ai = await startAi()
  ai.script(
    { afterTool: false, toolCalls: [{ id: 'c1', name: 'roll_dice' }] },
    { afterTool: true, reply: 'You rolled a six.' },
  )
  const client = openAiAt(ai.url)
  const messages = ask('hello')
  const first = await client.chat.completions.create({ model: 'gpt-4o', messages, tools: TOOLS })
  messages.push(first.choices[0]!.message, { role: 'tool', tool_call_id: 'c1', content: '6' })
  const second = await client.chat.completions.create({ model: 'gpt-4o', messages, tools: TOOLS })
  expect(second.choices[0]?.message.content).toBe('You rolled a six.')
})

test('Gemini: a call is one part, its result another', async () => {
  await using ai = await startAi()
  const chat = geminiAt(ai.url).startChat()
  const first = await chat.sendMessage('Get weather for "Rome"')
  expect(first.response.functionCalls()).toEqual([
    { name: 'get_weather', args: { city: 'Rome', days: 1, unit: 'celsius', fresh: true } },
  ])
  expect(first.response.candidates?.[0]?.finishReason).toBe('STOP')
  const second = await chat.sendMessage([
    { functionResponse: { name: 'get_weather', response: { result: 'Sunny.' } } },
  ])
  expect(second.response.text()).toBe('get_weather says: Sunny.')
})

test('Gemini: in a stream a call comes whole, after the text', async () => {
  await using ai = await startAi()
  ai.script({
    reply: 'Wait.',
    toolCalls: [{ name: 'get_weather', arguments: { city: 'Rome' } }, { name: 'roll_dice' }],
    chunkSize: 3,
  })
  const { stream } = await geminiAt(ai.url).generateContentStream('hello')
  const parts = (await Array.fromAsync(stream)).flatMap(({ candidates }) => candidates![0]!.content.parts)
  expect(parts).toEqual([
    { text: 'Wai' },
    { text: 't.' },
    { functionCall: { name: 'get_weather', args: { city: 'Rome' } } },
    { functionCall: { name: 'roll_dice', args: {} } },
  ])
})

test('Gemini: functions may be forbidden or demanded', async () => {
  await using ai = await startAi()
  const generate = async (functionCallingConfig: object) => {
    const response = await fetch(`${ai.url}/v1beta/models/gemini-2.5-flash:generateContent?key=k`, {
      method: 'POST',
      body: JSON.stringify({
        contents: [{ parts: [{ text: 'get weather' }] }],
        tools: [{ function_declarations: [{ name: 'get_weather' }, { name: 'roll_dice' }] }],
        tool_config: { function_calling_config: functionCallingConfig },
      }),
    })
    const body = (await response.json()) as { candidates: [{ content: { parts: Part[] } }] }
    return body.candidates[0].content.parts[0]?.functionCall?.name
  }
  expect(await generate({ mode: 'NONE' })).toBeUndefined()
  expect(await generate({ mode: 'AUTO' })).toBe('get_weather')
  expect(await generate({ mode: 'ANY', allowed_function_names: ['roll_dice'] })).toBe('roll_dice')
})

test('Gemini 3 signs its calls, and wants the signature back', async () => {
  await using ai = await startAi()
  const chat = geminiAt(ai.url, 'gemini-3-pro').startChat()
  const first = await chat.sendMessage('get weather')
  const [part] = first.response.candidates![0]!.content.parts
  expect(part).toMatchObject({
    functionCall: { id: expect.any(String) },
    thoughtSignature: expect.any(String),
  })
  const result = { functionResponse: { name: 'get_weather', response: { result: 'Sunny.' } } }
  expect((await chat.sendMessage([result])).response.text()).toBe('get_weather says: Sunny.')
  const forgetful = geminiAt(ai.url, 'gemini-3-pro').generateContent({
    contents: [
      { role: 'user', parts: [{ text: 'get weather' }] },
      { role: 'model', parts: [{ functionCall: { name: 'get_weather', args: {} } }] },
      { role: 'user', parts: [result] },
    ],
  })
  await expect(forgetful).rejects.toThrow(
    'Function call is missing a thought_signature in functionCall parts.',
  )
})

test('Gemini: calls and results come in pairs', async () => {
  await using ai = await startAi()
  const call = { functionCall: { name: 'get_weather', args: {} } }
  const result = { functionResponse: { name: 'get_weather', response: {} } }
  const generate = (...contents: Part[][]) =>
    geminiAt(ai.url).generateContent({
      contents: contents.map((parts, index) => ({ role: index % 2 ? 'model' : 'user', parts })),
    })
  await expect(generate([{ text: 'a' }], [call, call], [result])).rejects.toThrow(
    'number of function response parts',
  )
  await expect(generate([result])).rejects.toThrow('immediately after a function call turn')
  await generate([{ text: 'a' }], [call, call], [result, result])
})
