// Distances and areas on the WGS 84 ellipsoid.
import type { Polygon, Position } from './shapes.ts'

/** Metres. */
const A = 6_378_137
const F = 1 / 298.257223563
const B = A * (1 - F)
const E = Math.sqrt(F * (2 - F))
const RADIANS = Math.PI / 180

/** Metres along the geodesic. Vincenty's inverse formula: https://doi.org/10.1179/sre.1975.23.176.88 */
export function distance([lon1, lat1]: Position, [lon2, lat2]: Position): number {
  if (lon1 === lon2 && lat1 === lat2) return 0
  const [u1, u2] = [lat1, lat2].map((lat) => Math.atan((1 - F) * Math.tan(lat * RADIANS))) as [number, number]
  const [sin1, cos1, sin2, cos2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)]
  const across = (lon2 - lon1) * RADIANS
  let lambda = across
  let [sinS, cosS, sigma, cosA2, cos2M] = [0, 0, 0, 0, 0]
  // Points on opposite sides of the globe do not converge; what there is after so many steps is near enough.
  for (let step = 0; step < 200; step++) {
    sinS = Math.hypot(cos2 * Math.sin(lambda), cos1 * sin2 - sin1 * cos2 * Math.cos(lambda))
    cosS = sin1 * sin2 + cos1 * cos2 * Math.cos(lambda)
    sigma = Math.atan2(sinS, cosS)
    const sinA = (cos1 * cos2 * Math.sin(lambda)) / sinS
    cosA2 = 1 - sinA * sinA
    cos2M = cosA2 === 0 ? 0 : cosS - (2 * sin1 * sin2) / cosA2
    const c = (F / 16) * cosA2 * (4 + F * (4 - 3 * cosA2))
    const before = lambda
    lambda = across + (1 - c) * F * sinA * (sigma + c * sinS * (cos2M + c * cosS * (2 * cos2M * cos2M - 1)))
    if (Math.abs(lambda - before) < 1e-13) break
  }
  const k = (cosA2 * (A * A - B * B)) / (B * B)
  const a = 1 + (k / 16384) * (4096 + k * (k * (320 - 175 * k) - 768))
  const b = (k / 1024) * (256 + k * (k * (74 - 47 * k) - 128))
  const inner =
    cosS * (2 * cos2M * cos2M - 1) - (b / 6) * cos2M * (4 * sinS * sinS - 3) * (4 * cos2M * cos2M - 3)
  return B * a * (sigma - b * sinS * (cos2M + (b / 4) * inner))
}

/** Square metres: that of the sphere of equal area, whose latitudes differ a little. */
export function area(polygon: Polygon): number {
  const [outside, ...holes] = polygon.map(ringArea)
  return outside! - holes.reduce((sum, hole) => sum + hole, 0)
}

const q = (sin: number) =>
  (1 - E * E) * (sin / (1 - E * E * sin * sin) + Math.log((1 + E * sin) / (1 - E * sin)) / (2 * E))
const POLE = q(1)

function ringArea(ring: readonly Position[]): number {
  const authalic = (latitude: number) => Math.asin(q(Math.sin(latitude * RADIANS)) / POLE)
  let excess = 0
  for (let i = 1; i < ring.length; i++) {
    const [before, after] = [ring[i - 1]!, ring[i]!]
    const [t1, t2] = [Math.tan(authalic(before[1]) / 2), Math.tan(authalic(after[1]) / 2)]
    const half = Math.tan(((after[0] - before[0]) * RADIANS) / 2)
    excess += 2 * Math.atan2(half * (t1 + t2), 1 + t1 * t2)
  }
  return (Math.abs(excess) * A * A * POLE) / 2
}
