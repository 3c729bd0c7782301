import { disableTypes, imageSize, types } from 'image-size'

export interface MeasuredImage {
  /** What it may be called; the first is its name. */
  contentTypes: string[]
  /** As it is to be shown; absent where the beginning of the file does not tell. */
  size: { width: number; height: number } | undefined
}

const NAMES: Record<string, string[]> = {
  png: ['image/png'],
  jpg: ['image/jpeg'],
  gif: ['image/gif'],
  webp: ['image/webp'],
  avif: ['image/avif'],
  heic: ['image/heic', 'image/heif'],
  heif: ['image/heif', 'image/heic'],
  bmp: ['image/bmp'],
  tiff: ['image/tiff'],
}
// What is no picture to us is not read as one: fewer parsers for strangers' bytes.
disableTypes(types.filter((type) => !(type in NAMES)))

/** From this on the orientation of a photo says that it lies on its side. */
const SIDEWAYS = 5

/** Looks at the first bytes of a file; undefined when it is no image that browsers draw. */
export function measureImage(start: Uint8Array): MeasuredImage | undefined {
  try {
    const { type = '', width, height, orientation = 1 } = imageSize(start)
    const contentTypes = NAMES[type]
    if (!contentTypes || !(width > 0 && height > 0)) return undefined
    const size = orientation >= SIDEWAYS ? { width: height, height: width } : { width, height }
    return { contentTypes, size }
  } catch {
    // A photo may keep its size behind more notes than were read.
    const isJpeg = start[0] === 0xff && start[1] === 0xd8 && start[2] === 0xff
    return isJpeg ? { contentTypes: ['image/jpeg'], size: undefined } : undefined
  }
}
