/** The kinds of random changes to training images. */
import type { Distortion } from "../engine/distortion.ts";
import type { Augmentation } from "../engine/engine.ts";

/**
 * Random changes to training images: `shift` moves them by up to 2 whole pixels; `affine` rotates,
 * scales, shears and shifts them; `elastic` also bends them by a smooth random field. The options
 * of `Distortion` set the strength of the last two.
 */
export type AugmentationKind = "none" | "shift" | "affine" | "elastic";

/** What a kind of augmentation does. */
interface AugmentationRule {
  /** The strengths that it uses. */
  strengths: readonly (keyof Distortion)[];
  /** Returns what it asks an engine for. */
  of(strengths: Distortion): Augmentation;
  /** Describes it for readers; undefined if images stay as they are. */
  describe(strengths: Distortion): string | undefined;
}

const AFFINE = ["rotate", "zoom", "shear", "shift"] as const;

/** The kinds by name. */
export const AUGMENTATIONS: Readonly<Record<AugmentationKind, AugmentationRule>> = {
  none: { strengths: [], of: () => "none", describe: () => undefined },
  shift: {
    strengths: [],
    of: () => "shift",
    describe: () => "shifted by up to 2 whole pixels",
  },
  affine: {
    strengths: AFFINE,
    of: ({ rotate, zoom, shear, shift }) => ({ rotate, zoom, shear, shift, warp: 0 }),
    describe: describeAffine,
  },
  elastic: {
    strengths: [...AFFINE, "warp"],
    of: ({ rotate, zoom, shear, shift, warp }) => ({ rotate, zoom, shear, shift, warp }),
    describe: (strengths) =>
      `${describeAffine(strengths)}, and bent by a grid of control points that move by up to ` +
      `${strengths.warp} pixels`,
  },
};

function describeAffine({ rotate, zoom, shear, shift }: Distortion): string {
  const [scaled, sheared] = [zoom, shear].map((part) => `${+(100 * part).toFixed(2)}%`);
  return `rotated by up to ${rotate} degrees, scaled by up to ${scaled}, sheared by up to ` +
    `${sheared} and shifted by up to ${shift} pixels`;
}

/** The strengths that any kind uses. */
export const STRENGTHS: readonly (keyof Distortion)[] = AUGMENTATIONS.elastic.strengths;

/** Returns the kinds that use a strength. */
export function kindsThatUse(strength: keyof Distortion): AugmentationKind[] {
  return (Object.keys(AUGMENTATIONS) as AugmentationKind[])
    .filter((kind) => AUGMENTATIONS[kind].strengths.includes(strength));
}
