// Spatial functions over GeoJSON. https://learn.microsoft.com/azure/cosmos-db/nosql/query/geospatial-intro
import { area } from '../../spatial/earth.ts'
import { between, intersects, within } from '../../spatial/relations.ts'
import { type Shape, toShape } from '../../spatial/shapes.ts'
import { fn } from './define.ts'

/** A function of two shapes; anything else makes it undefined. */
const ofTwo = (apply: (a: Shape, b: Shape) => unknown) =>
  fn(2, 2, (args) => {
    const [a, b] = args.map(toShape)
    return typeof a === 'object' && typeof b === 'object' ? apply(a, b) : undefined
  })

export const spatial = {
  ST_AREA: fn(1, 1, ([value]) => {
    const shape = toShape(value)
    if (typeof shape === 'string') return undefined
    return shape.polygons.reduce((sum, polygon) => sum + area(polygon), 0)
  }),
  ST_DISTANCE: ofTwo(between),
  ST_INTERSECTS: ofTwo(intersects),
  ST_ISVALID: fn(1, 1, ([value]) => (value === undefined ? undefined : typeof toShape(value) === 'object')),
  ST_ISVALIDDETAILED: fn(1, 1, ([value]) => {
    if (value === undefined) return undefined
    const shape = toShape(value)
    return typeof shape === 'string' ? { valid: false, reason: shape } : { valid: true }
  }),
  ST_WITHIN: ofTwo((a, b) => (b.polygons.length === 0 ? undefined : within(a, b))),
}
