// Type checks and conditionals. https://learn.microsoft.com/azure/cosmos-db/nosql/query/system-functions#type-checking-functions
import { isObject } from '../values.ts'
import { fn, isNumber, isText } from './define.ts'

const is = (test: (value: unknown) => boolean) => fn(1, 1, ([value]) => test(value))

export const types = {
  IS_ARRAY: is(Array.isArray),
  IS_BOOL: is((value) => typeof value === 'boolean'),
  IS_DEFINED: is((value) => value !== undefined),
  IS_FINITE_NUMBER: is(Number.isFinite),
  /** Of 64 bits. */
  IS_INTEGER: is((value) => Number.isInteger(value) && Math.abs(value as number) <= 2 ** 63),
  IS_NULL: is((value) => value === null),
  IS_NUMBER: is(isNumber),
  IS_OBJECT: is(isObject),
  IS_PRIMITIVE: is((value) => value !== undefined && (value === null || typeof value !== 'object')),
  IS_STRING: is(isText),
  // The number of a document is the second half of its resource id.
  DOCUMENTID: fn(1, 1, ([document]) =>
    isObject(document) && isText(document._rid)
      ? Number(Buffer.from(document._rid.replaceAll('-', '/'), 'base64').readBigUInt64LE(8))
      : undefined,
  ),
  IIF: fn(3, 3, ([test, then, otherwise]) => (test === true ? then : otherwise)),
}
