// GeoJSON taken apart: points, lines and polygons, or what is wrong with it. RFC 7946.
import { isObject } from '../items/partition-key.ts'

/** Longitude and latitude, in degrees. */
export type Position = readonly [number, number]
/** The first ring is the outside, the others are holes. */
export type Polygon = readonly (readonly Position[])[]

export interface Shape {
  points: readonly Position[]
  lines: readonly (readonly Position[])[]
  polygons: readonly Polygon[]
}

/** The shape, or the reason why it is none. */
export function toShape(value: unknown): Shape | string {
  if (!isObject(value)) return 'The value is not a GeoJSON object.'
  const { type, coordinates } = value
  const one = SHAPES[String(type)]
  if (!one) return `The type '${String(type)}' is not a GeoJSON type that is supported.`
  try {
    return { points: [], lines: [], polygons: [], ...one(coordinates) }
  } catch (error) {
    if (error instanceof Invalid) return error.message
    throw error
  }
}

class Invalid extends Error {}

const SHAPES: Record<string, (coordinates: unknown) => Partial<Shape>> = {
  Point: (value) => ({ points: [position(value)] }),
  MultiPoint: (value) => ({ points: list(value).map(position) }),
  LineString: (value) => ({ lines: [line(value)] }),
  MultiLineString: (value) => ({ lines: list(value).map(line) }),
  Polygon: (value) => ({ polygons: [polygon(value)] }),
  MultiPolygon: (value) => ({ polygons: list(value).map(polygon) }),
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value) || value.length === 0) throw new Invalid('The coordinates must be an array.')
  return value
}

function position(value: unknown): Position {
  const [longitude, latitude] = list(value)
  if (typeof longitude !== 'number' || typeof latitude !== 'number') {
    throw new Invalid('A position must be an array of at least two numbers.')
  }
  if (Math.abs(latitude) > 90) throw new Invalid('Latitude values must be between -90 and 90 degrees.')
  if (Math.abs(longitude) > 180) throw new Invalid('Longitude values must be between -180 and 180 degrees.')
  return [longitude, latitude]
}

function line(value: unknown): Position[] {
  const positions = list(value).map(position)
  if (positions.length < 2) throw new Invalid('A LineString must have at least two positions.')
  return positions
}

function polygon(value: unknown): Polygon {
  return list(value).map((ring) => {
    const positions = list(ring).map(position)
    if (positions.length < 4) throw new Invalid('A ring of a Polygon must have at least four positions.')
    const [first, last] = [positions[0]!, positions.at(-1)!]
    if (first[0] !== last[0] || first[1] !== last[1]) {
      throw new Invalid('A ring of a Polygon must be closed: its first and last positions must be the same.')
    }
    return positions
  })
}
