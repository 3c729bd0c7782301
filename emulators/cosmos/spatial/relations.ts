// What touches what. Edges are straight in degrees of longitude and latitude, which is near enough for shapes of some
// kilometres; the globe's back side and its poles are not thought of.
import { distance } from './earth.ts'
import type { Polygon, Position, Shape } from './shapes.ts'

type Edge = readonly [Position, Position]

const edgesOf = (line: readonly Position[]): Edge[] => line.slice(1).map((end, i) => [line[i]!, end])
const edges = ({ lines, polygons }: Shape): Edge[] => [...lines, ...polygons.flat()].flatMap(edgesOf)
const positions = ({ points, lines, polygons }: Shape): Position[] => [
  ...points,
  ...lines.flat(),
  ...polygons.flat(2),
]

export function intersects(a: Shape, b: Shape): boolean {
  return (
    positions(a).some((point) => b.polygons.some((polygon) => contains(polygon, point))) ||
    positions(b).some((point) => a.polygons.some((polygon) => contains(polygon, point))) ||
    edges(a).some((one) => edges(b).some((other) => meet(one, other))) ||
    a.points.some((point) => touches(b, point)) ||
    b.points.some((point) => touches(a, point))
  )
}

/** Whether all of `a` is inside of the polygons of `b`. */
export function within(a: Shape, b: Shape): boolean {
  const inside = (point: Position) => b.polygons.some((polygon) => contains(polygon, point))
  const middles = edges(a).map(([[x1, y1], [x2, y2]]): Position => [(x1 + x2) / 2, (y1 + y2) / 2])
  if (![...positions(a), ...middles].every(inside)) return false
  if (edges(a).some((one) => edges(b).some((other) => cross(one, other)))) return false
  const holes = b.polygons.flatMap(([, ...rest]) => rest.flat())
  return !holes.some((point) => a.polygons.some(([outside]) => encloses(outside!, point)))
}

/** Metres between the nearest points of the two. */
export function between(a: Shape, b: Shape): number {
  if (intersects(a, b)) return 0
  const near = (from: Shape, to: Shape) =>
    positions(from).flatMap((point) => [
      ...to.points.map((other) => distance(point, other)),
      ...edges(to).map((edge) => distance(point, nearest(edge, point))),
    ])
  return [...near(a, b), ...near(b, a)].reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY)
}

/** The point of the edge nearest to another, on a plane laid on the globe there. */
function nearest([[x1, y1], [x2, y2]]: Edge, [x, y]: Position): Position {
  const scale = Math.cos((y * Math.PI) / 180)
  const [dx, dy] = [(x2 - x1) * scale, y2 - y1]
  const length = dx * dx + dy * dy
  const along = length === 0 ? 0 : ((x - x1) * scale * dx + (y - y1) * dy) / length
  const t = Math.min(1, Math.max(0, along))
  return [x1 + t * (x2 - x1), y1 + t * (y2 - y1)]
}

/** Inside of the outer ring and of no hole; its border counts as inside. */
function contains([outside, ...holes]: Polygon, point: Position): boolean {
  const onBorder = [outside!, ...holes].flatMap(edgesOf).some((edge) => isOn(edge, point))
  return onBorder || (encloses(outside!, point) && !holes.some((hole) => encloses(hole, point)))
}

function encloses(ring: readonly Position[], [x, y]: Position): boolean {
  const crossed = edgesOf(ring).filter(
    ([[x1, y1], [x2, y2]]) => y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1,
  )
  return crossed.length % 2 === 1
}

const touches = (shape: Shape, point: Position) =>
  edges(shape).some((edge) => isOn(edge, point)) ||
  shape.points.some(([x, y]) => x === point[0] && y === point[1])

/** Which side of the edge a point is on; 0 on its line. */
const side = ([[x1, y1], [x2, y2]]: Edge, [x, y]: Position) =>
  Math.sign((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1))

function isOn(edge: Edge, [x, y]: Position): boolean {
  const [[x1, y1], [x2, y2]] = edge
  const isBetween = (low: number, high: number, value: number) =>
    value >= Math.min(low, high) && value <= Math.max(low, high)
  return side(edge, [x, y]) === 0 && isBetween(x1, x2, x) && isBetween(y1, y2, y)
}

/** Each has its ends on both sides of the other. */
const cross = (a: Edge, b: Edge) => side(a, b[0]) * side(a, b[1]) < 0 && side(b, a[0]) * side(b, a[1]) < 0

const meet = (a: Edge, b: Edge) =>
  cross(a, b) || isOn(a, b[0]) || isOn(a, b[1]) || isOn(b, a[0]) || isOn(b, a[1])
