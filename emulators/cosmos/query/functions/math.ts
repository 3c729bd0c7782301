// Mathematical functions. https://learn.microsoft.com/azure/cosmos-db/nosql/query/system-functions#mathematical-functions
import { fn, isNumber, numeric } from './define.ts'

/** Halves away from zero, as the service rounds. */
const round = (x: number, digits = 0) => {
  const scale = 10 ** digits
  return (Math.sign(x) * Math.round(Math.abs(x) * scale)) / scale
}

/** Exact where there is a function for the base. */
const logarithm = (x: number, base: number) =>
  base === 10 ? Math.log10(x) : base === 2 ? Math.log2(x) : Math.log(x) / Math.log(base)

export const math = {
  ABS: numeric(1, Math.abs),
  ACOS: numeric(1, Math.acos),
  ASIN: numeric(1, Math.asin),
  ATAN: numeric(1, Math.atan),
  ATN2: numeric(2, Math.atan2),
  CEILING: numeric(1, Math.ceil),
  COS: numeric(1, Math.cos),
  COT: numeric(1, (x) => 1 / Math.tan(x)),
  DEGREES: numeric(1, (x) => (x * 180) / Math.PI),
  EXP: numeric(1, Math.exp),
  FLOOR: numeric(1, Math.floor),
  LOG: fn(1, 2, ([x, base]) => {
    if (!isNumber(x) || (base !== undefined && !isNumber(base))) return undefined
    const result = base === undefined ? Math.log(x) : logarithm(x, base)
    return Number.isFinite(result) ? result : undefined
  }),
  LOG10: numeric(1, Math.log10),
  PI: fn(0, 0, () => Math.PI),
  POWER: numeric(2, (x, y) => x ** y),
  RADIANS: numeric(1, (x) => (x * Math.PI) / 180),
  RAND: fn(0, 0, () => Math.random()),
  ROUND: fn(1, 2, ([x, digits]) => (isNumber(x) ? round(x, isNumber(digits) ? digits : 0) : undefined)),
  SIGN: numeric(1, Math.sign),
  SIN: numeric(1, Math.sin),
  SQRT: numeric(1, Math.sqrt),
  SQUARE: numeric(1, (x) => x * x),
  TAN: numeric(1, Math.tan),
  TRUNC: numeric(1, Math.trunc),
  NUMBERBIN: fn(1, 2, ([x, size]) => {
    const bin = isNumber(size) ? size : 1
    return isNumber(x) && bin !== 0 ? Math.floor(x / bin) * bin : undefined
  }),
}
